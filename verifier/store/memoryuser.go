package store

import (
	"cmp"
	"slices"

	"twofold/verifier"
)

func (tx *memoryTx) AddUser(u verifier.User) error {
	if _, taken := tx.m.emails[u.Email]; taken {
		return verifier.ErrTaken
	}
	if _, taken := tx.m.users[u.ID]; taken {
		return verifier.ErrTaken
	}
	u.Factors, u.Questions = nil, slices.Clone(u.Questions)
	if err := put(tx, tx.m.emails, u.Email, &u.ID); err != nil {
		return err
	}
	return put(tx, tx.m.users, u.ID, &u)
}

func (tx *memoryTx) User(id string) (verifier.User, error) {
	u, err := find(tx.m.users, id)
	if err != nil {
		return u, err
	}
	u.Questions = slices.Clone(u.Questions)
	u.Factors = sorted(tx.m.factors, func(f verifier.Factor) bool { return f.UserID == id },
		func(a, b verifier.Factor) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	for i, f := range u.Factors {
		u.Factors[i] = cloned(f)
	}
	return u, nil
}

func (tx *memoryTx) UserByEmail(email string) (verifier.User, error) {
	id, err := find(tx.m.emails, email)
	if err != nil {
		return verifier.User{}, err
	}
	return tx.User(id)
}

func (tx *memoryTx) Users() ([]verifier.User, error) {
	var users []verifier.User
	for id := range tx.m.users {
		u, err := tx.User(id)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	slices.SortFunc(users, func(a, b verifier.User) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return users, nil
}

func (tx *memoryTx) SetUser(u verifier.User) error {
	before, err := find(tx.m.users, u.ID)
	if err != nil {
		return err
	}
	if u.Email != before.Email {
		if _, taken := tx.m.emails[u.Email]; taken {
			return verifier.ErrTaken
		}
		if err := put(tx, tx.m.emails, before.Email, nil); err != nil {
			return err
		}
		if err := put(tx, tx.m.emails, u.Email, &u.ID); err != nil {
			return err
		}
	}
	u.Guard, u.Factors, u.Questions = before.Guard, nil, slices.Clone(u.Questions)
	return put(tx, tx.m.users, u.ID, &u)
}

func (tx *memoryTx) SetGuard(userID string, g verifier.Guard) error {
	return change(tx, tx.m.users, userID, func(u *verifier.User) { u.Guard = g })
}
