package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"twofold/vault"
)

func (a *app) tagCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tag [FILTER [+NAME|-NAME|NAME]...]",
		Short: "Add tags to an account, take them off, or list them",
		Long: `Add tags to an account, take them off, or list them.

NAME or +NAME adds a tag, -NAME takes it off. Without names the tags of the account
are listed, and without a FILTER all tags. A FILTER of several words is quoted.`,
		Example: `  twofold tag github work
  twofold tag "kor ada" +private -work
  twofold tag`,
		// A tag to take off looks like a flag; see tagArguments.
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, help, err := tagArguments(cmd, args)
			if err != nil {
				return err
			}
			if help {
				return cmd.Help()
			}
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				if len(args) == 0 {
					return a.writeTags(v.Accounts())
				}
				acc, err := oneAccount(v.Accounts(), args[0])
				if err != nil {
					return err
				}
				if len(args) == 1 {
					return a.writeTags([]vault.Account{acc})
				}
				return a.change(cmd, v, acc, func(acc *vault.Account) error { return retag(acc, args[1:]) })
			})
		},
	}
}

// tagArguments parses the flags that every command has, and leaves -NAME for a tag.
func tagArguments(cmd *cobra.Command, args []string) (rest []string, help bool, err error) {
	const mark = "\x00" // no argument can hold it
	marked := slices.Clone(args)
	for i, arg := range marked {
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && arg != "-h" {
			marked[i] = mark + arg
		}
	}
	flags := cmd.Flags()
	if err := flags.Parse(marked); err != nil {
		return nil, false, usageError{cmd.CommandPath(), errors.New(strings.ReplaceAll(err.Error(), mark, ""))}
	}
	help, err = flags.GetBool("help")
	for _, arg := range flags.Args() {
		rest = append(rest, strings.TrimPrefix(arg, mark))
	}
	if len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		return nil, help, usageError{cmd.CommandPath(), errors.New("the FILTER comes first, then the tags")}
	}
	return rest, help, err
}

// retag applies +NAME, -NAME and NAME in their order.
func retag(acc *vault.Account, names []string) error {
	for _, word := range names {
		name, off := strings.CutPrefix(word, "-")
		if !off {
			name = strings.TrimPrefix(word, "+")
		}
		if name = strings.TrimSpace(name); name == "" {
			return &vault.ParameterError{Part: "tag", Reason: "has no name"}
		}
		at := slices.Index(acc.Tags, name)
		switch {
		case off && at >= 0:
			acc.Tags = slices.Delete(acc.Tags, at, at+1)
		case !off && at < 0:
			acc.Tags = append(acc.Tags, name)
		}
	}
	return nil
}

// writeTags prints each tag once, in the order of the alphabet.
func (a *app) writeTags(accounts []vault.Account) error {
	var tags []string
	for _, acc := range accounts {
		tags = append(tags, acc.Tags...)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if len(tags) == 0 {
		fmt.Fprintln(a.Err, "There are no tags.")
	}
	for _, tag := range tags {
		if _, err := fmt.Fprintln(a.Out, printable(tag)); err != nil {
			return err
		}
	}
	return nil
}

// tagsOf names the tags of an account in the talk.
func tagsOf(acc vault.Account) string {
	if len(acc.Tags) == 0 {
		return "no tags"
	}
	return "tags " + printable(strings.Join(acc.Tags, " "))
}

func (a *app) pinCommand() *cobra.Command {
	var off bool
	cmd := &cobra.Command{
		Use:   "pin FILTER",
		Short: "Keep an account at the top of the interface",
		Args:  needFilter,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withVault(cmd.Context(), func(v *vault.Vault) error {
				acc, err := oneAccount(v.Accounts(), filterOf(args))
				if err != nil {
					return err
				}
				return a.change(cmd, v, acc, func(acc *vault.Account) error {
					acc.Pinned = !off
					return nil
				})
			})
		},
	}
	cmd.Flags().BoolVar(&off, "off", false, "let it go again")
	return cmd
}
