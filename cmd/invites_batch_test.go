package cmd

import (
	"fmt"
	"testing"

	"github.com/hubctl/hubctl/internal/verb"
)

func TestArrangeInvites(t *testing.T) {
	t.Parallel()
	var all []verb.BatchItem
	for i := range 250 {
		e := verb.BatchItem{ID: fmt.Sprint(i), Fields: map[string]string{"org": "acme"}}
		if i%2 == 1 {
			e.Fields["team"] = "qa"
		}
		all = append(all, e)
	}
	sizes := map[int]int{}
	for i, e := range arrangeInvites(all) {
		sizes[e.Group]++
		if team := e.Fields["team"]; (e.Group > 2) != (team == "qa") || i == 0 && e.ID != "0" || i == 124 && e.ID != "248" || i == 125 && e.ID != "1" {
			t.Errorf("%d: %s, team %q, group %d", i, e.ID, team, e.Group)
		}
	}
	if got := fmt.Sprint(sizes); got != "map[1:100 2:25 3:100 4:25]" {
		t.Error(got)
	}
}
