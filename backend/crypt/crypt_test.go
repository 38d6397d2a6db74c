package crypt

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func wantCode(t rapid.TB, err error, want mark.Code) {
	t.Helper()
	if err == nil || mark.CodeOf(err) != want {
		t.Fatalf("got error %v, want code %s", err, want)
	}
}

// Whatever is wrapped opens with the same key, purpose and id, and with
// nothing else.
func TestWrappedSecretOpensOnlyWhereItBelongs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOf(rapid.Byte()).Draw(t, "secret")
		purpose, id := rapid.String().Draw(t, "purpose"), rapid.String().Draw(t, "id")
		k := NewKey()
		sealed := k.Wrap(secret, purpose, id)
		got, err := k.Unwrap(sealed, purpose, id)
		if err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("got %x, %v; want %x", got, err, secret)
		}
		_, err = NewKey().Unwrap(sealed, purpose, id)
		wantCode(t, err, mark.WrongKey)
		_, err = k.Unwrap(sealed, purpose+"x", id)
		wantCode(t, err, mark.WrongKey)
		if purpose != id {
			_, err = k.Unwrap(sealed, id, purpose)
			wantCode(t, err, mark.WrongKey)
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		_, err = k.Unwrap(sealed, purpose, id)
		wantCode(t, err, mark.WrongKey)
	})
}

func TestDerivedKeysDifferByPurposeAndID(t *testing.T) {
	k := NewKey()
	seen := map[Key]string{}
	for _, p := range [][2]string{{"a", "b"}, {"ab", ""}, {"", "ab"}, {"b", "a"}} {
		d := k.Derive(p[0], p[1])
		if other, ok := seen[d]; ok {
			t.Errorf("%v gives the key of %s", p, other)
		}
		seen[d] = fmt.Sprint(p)
		if d != k.Derive(p[0], p[1]) {
			t.Errorf("%v gives two keys", p)
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	k := Key([]byte("0123456789abcdef0123456789abcdef"))
	for _, verb := range []string{"%v", "%s", "%x", "%+v", "%#v", "%d"} {
		if got := fmt.Sprintf(verb, k); got != "[a key of 256 bits]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	k.Wipe()
	if k != (Key{}) {
		t.Error("a wiped key still has its bytes")
	}
}

func TestPassphraseGivesOneKeyHoweverItIsTyped(t *testing.T) {
	f := NewKDF()
	f.MemoryKiB, f.Time = minMemoryKiB, 1 // quick
	composed, err := f.Key("Müller")
	if err != nil {
		t.Fatal(err)
	}
	decomposed, err := f.Key("Mu\u0308ller")
	if err != nil || composed != decomposed {
		t.Errorf("the same letters gave two keys (%v)", err)
	}
	if other, _ := f.Key("Muller"); other == composed {
		t.Error("two passphrases gave one key")
	}
	g := f
	g.Salt = NewKDF().Salt
	if other, _ := g.Key("Müller"); other == composed {
		t.Error("two salts gave one key")
	}
}

func TestKDFOutOfBoundsIsDamaged(t *testing.T) {
	for name, change := range map[string]func(*KDF){
		"no salt":           func(f *KDF) { f.Salt = nil },
		"no passes":         func(f *KDF) { f.Time = 0 },
		"too many passes":   func(f *KDF) { f.Time = 1 << 20 },
		"too little memory": func(f *KDF) { f.MemoryKiB = 8 },
		"all the memory":    func(f *KDF) { f.MemoryKiB = 1 << 31 },
		"no threads":        func(f *KDF) { f.Threads = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			f := NewKDF()
			change(&f)
			_, err := f.Key("x")
			wantCode(t, err, mark.Damaged)
		})
	}
}

func TestRecoveryKeyIsReadAsPeopleTypeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := RecoveryKey(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "bytes"))
		text := want.String()
		for _, typed := range []string{
			text, strings.ToLower(text), strings.ReplaceAll(text, "-", " "), strings.ReplaceAll(text, "-", ""),
			strings.ReplaceAll(strings.ReplaceAll(text, "0", "o"), "1", "l"), " " + text + "\n",
		} {
			got, err := ParseRecoveryKey(typed)
			if err != nil || got != want {
				t.Fatalf("%q: got %v, %v", typed, got, err)
			}
		}
	})
}

// Any one wrong character, any two swapped characters of a group and any two
// swapped groups are noticed.
func TestTypingMistakesInRecoveryKeysAreNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := RecoveryKey(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "bytes")).String()
		plain := []byte(strings.ReplaceAll(text, "-", ""))
		i := rapid.IntRange(0, len(plain)-1).Draw(t, "at")

		wrong := bytes.Clone(plain)
		wrong[i] = rapid.SampledFrom([]byte(alphabet)).Draw(t, "other")
		if wrong[i] != plain[i] {
			_, err := ParseRecoveryKey(string(wrong))
			wantCode(t, err, mark.Invalid)
			if want := fmt.Sprintf("Group %d", i/5+1); !strings.Contains(mark.MessageOf(err), want) {
				t.Fatalf("the message %q does not say %s", mark.MessageOf(err), want)
			}
		}
		j := i/5*5 + rapid.IntRange(0, 4).Draw(t, "swapped with")
		swapped := bytes.Clone(plain)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		if swapped[i] != plain[i] {
			_, err := ParseRecoveryKey(string(swapped))
			wantCode(t, err, mark.Invalid)
		}
		parts := strings.Split(text, "-")
		a, b := rapid.IntRange(0, 7).Draw(t, "group"), rapid.IntRange(0, 7).Draw(t, "other group")
		if a != b {
			parts[a], parts[b] = parts[b], parts[a]
			_, err := ParseRecoveryKey(strings.Join(parts, "-"))
			wantCode(t, err, mark.Invalid)
		}
	})
}

func FuzzParseRecoveryKey(f *testing.F) {
	f.Add(RecoveryKey{}.String())
	f.Add(NewRecoveryKey().String())
	f.Add("K7Q2M-9XD4R")
	f.Add("ßſıſ—\xff")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRecoveryKey(s)
		if err != nil {
			wantCode(t, err, mark.Invalid)
			return
		}
		if again, err := ParseRecoveryKey(r.String()); err != nil || again != r {
			t.Errorf("%q is read as %s, which is read otherwise", s, r)
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	k := NewKey()
	f.Add([]byte{})
	f.Add(make([]byte, 40))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := k.Unwrap(sealed, "p", "i"); err == nil {
			t.Error("bytes that no key sealed were opened")
		}
	})
}

func TestChainTellsFieldsApart(t *testing.T) {
	a := Chain("", "ab", "c")
	for _, other := range []string{Chain("", "a", "bc"), Chain("ab", "c"), Chain("", "abc"), Chain("", "ab", "c", "")} {
		if other == a {
			t.Error("two lists of fields have one hash")
		}
	}
	if len(a) != 64 || a != Chain("", "ab", "c") {
		t.Errorf("got %q", a)
	}
}
