package cmd

import "testing"

// BenchmarkTree makes the commands: all of them, and those that a command line
// needs.
func BenchmarkTree(b *testing.B) {
	for name, words := range map[string][]string{"all": nil, "version": {"hubctl", "version"}, "repos": {"hubctl", "repos", "list"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				newRoot(&app{words: words})
			}
		})
	}
}
