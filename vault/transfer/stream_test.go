package transfer

import (
	"bytes"
	"encoding/base64"
	"testing"
)

// TestStreamsOfLibsodium: made by libsodium 1.0.18 with the key 00 01 02 ... 1f.
func TestStreamsOfLibsodium(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	for _, row := range []struct{ plain, header, sealed string }{
		{"", "/I2RCX8pSoPaqvlPYbgZdDDBzB10GEpY", "NKf2HZYiV2+SzOdnJ6sDhzc="},
		{"otpauth", "uwxkIyDwBB3XxDS/F/y/zGucExQ+D8zV", "gxCL5Ql7v8yAiyk8bOOK7iQHP0/QZYvO"},
		{"a message of 30 bytes in all..", "87NFQFl2S6x6GJ5+xs9jhDRVQY7anoie", "pUOpPTYYYyEOsQEy4TpAkEg+mV3aW++55rtwTCAqXE/ta9SCvTBEIYepCaGGNqo="},
		{"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "v6c8PT5VHHpr0HYYnVzcrm96ukJZopx/", "GlQiGfXFl11Rdz2+Qsa4zwwvR78m47sLP6XL1DuF4c0hBDyjUcQqoUdWumI3qqdC1zo5B5jY"},
	} {
		header, _ := base64.StdEncoding.DecodeString(row.header)
		sealed, _ := base64.StdEncoding.DecodeString(row.sealed)
		if plain, ok := openStream(key, header, sealed); !ok || string(plain) != row.plain {
			t.Errorf("%q opens as %q, %v", row.plain, plain, ok)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, ok := openStream(key, header, sealed); ok {
				t.Errorf("%q opens with a wrong byte %d", row.plain, i)
			}
			sealed[i] ^= 1
		}
		if _, ok := openStream(key, header, sealed[:len(sealed)-1]); ok {
			t.Errorf("%q opens when it is cut off", row.plain)
		}
	}
}

func TestStreamsComeBackTheSame(t *testing.T) {
	key := randomBytes(32)
	for size := range 200 {
		plain := randomBytes(size)
		header, sealed, err := sealStream(key, plain)
		if err != nil || len(sealed) != size+streamExtra {
			t.Fatal(len(sealed), err)
		}
		if again, ok := openStream(key, header, sealed); !ok || !bytes.Equal(again, plain) {
			t.Errorf("%d bytes do not open", size)
		}
	}
}
