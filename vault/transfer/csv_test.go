package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestBitwardenCSV(t *testing.T) {
	const head = "\xef\xbb\xbffolder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\r\n"
	f, e, err := open(t, []byte(head+"\r\n"+
		"Work,1,login,Site,\"two\r\nlines\",,0,,ada,pass,JBSWY3DPEHPK3PXP\r\n\r\n"+
		",,login,Bare,,,0,,,,\r\n"+
		",,login,More,,,0,,,,,otpauth://totp/More:b?secret=JBSWY3DPEHPK3PXP\r\n"+
		",,note\r\n"+
		",,login,Bad,,,0,,x,,JBSWY!\r\n"), "")
	if err != nil || f.Name != "bitwarden-csv" || len(e.Keys) != 2 || len(e.Aside) != 1 {
		t.Fatalf("%s %v: %v aside %v", f.Name, err, e.Keys, e.Aside)
	}
	if k := e.Keys[0]; k.Name() != "Site:ada" || !k.Pinned || strings.Join(k.Tags, ",") != "Work" || k.Note != "two\nlines" {
		t.Errorf("%+v", k)
	}
	if e.Keys[1].Name() != "More:b" || strings.Contains(fmt.Sprint(e.Aside), "JBSWY") {
		t.Errorf("%v, aside %v", e.Keys[1], e.Aside)
	}
}

func TestOtherCSV(t *testing.T) {
	one := "\"Title\",\"Url\",\"Username\",\"Password\",\"OTPAuth\",\"Favorite\",\"Archived\",\"Tags\",\"Notes\"\n" +
		"KOR,,ada,x,otpauth://totp/?secret=" + rfcBase32 + ",true,false,\"one;two\",a note\n" +
		"Titled,,b,x,otpauth://totp/c?secret=" + rfcBase32 + ",false,false,,\n"
	e := mustRead(t, "1password-csv", []byte(one), "")
	if got := names(e); got != "KOR:ada\nTitled:c" || !e.Keys[0].Pinned || strings.Join(e.Keys[0].Tags, ",") != "one,two" {
		t.Errorf("%s %+v", got, e.Keys)
	}
	kee := "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\"\n" +
		"\"Root/Work\",\"KOR\",\"a:b\",\"\",\"\",\"\",\"otpauth://totp/x:none?secret=" + rfcBase32 + "&digits=5&encoder=steam\",\"0\"\n" +
		"\"Root/Recycle Bin\",\"Old\",\"\",\"\",\"\",\"\",\"\",\"0\"\n" +
		"\"Root\",\"Pair\",\"u\",\"\",\"\",\"\",\"key=" + rfcBase32 + "&size=8\",\"0\"\n"
	e = mustRead(t, "keepassxc-csv", []byte(kee), "")
	if got := names(e); got != "KOR:a:b\nPair:u" || e.Keys[0].Type != "steam" || e.Keys[1].Digits != 8 {
		t.Errorf("%s %+v", got, e.Keys)
	}
	if _, _, err := open(t, []byte("name,b,login_totp\n"), ""); !errors.Is(err, ErrNothingInIt) {
		t.Error(err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("folder,name,login_totp\n,a,JBSWY3DPEHPK3PXP\n"))
	f.Add([]byte("Group,Title,Username,TOTP\n,a,b,key=JBSWY3DPEHPK3PXP\n"))
	f.Add([]byte("Title,OTPAuth,Tags\na,JBSWY3DPEHPK3PXP,\"b;c\"\n"))
	fuzzRead(f, bitwardenCSV, onepasswordCSV, keepassCSV)
}
