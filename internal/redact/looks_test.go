package redact

import "testing"

func TestLooksLikeSecret(t *testing.T) {
	t.Parallel()
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ"
	for s, want := range map[string]bool{
		"dckr_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAA": true,
		"dckr_oat_a-b_c":                       true,
		"DCKR_PAT_AAAA":                        true,
		"Dckr_Oat_AAAA":                        true,
		jwt + ".c2ln":                          true,
		jwt + ".":                              true, // not signed

		"":                                     false,
		"dckr_pat_":                            false, // just the prefix
		"3be9e965-284c-4a58-84e9-6da6efe39591": false,
		"my_dckr_pat_AAAA":                     false,
		"the dckr_pat_AAAA":                    false,
		jwt:                                    false,
		"1.2.3":                                false,
		"acme/api:eyJ.1.2":                     false,
	} {
		if got := LooksLikeSecret(s); got != want {
			t.Errorf("LooksLikeSecret(%q): got %t, want %t", s, got, want)
		}
	}
}
