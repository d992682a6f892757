package verb

import "sort"

// GroupBatch puts items with the same key into groups of at most size, next to each
// other. Groups are in the order of first appearance.
func GroupBatch[K comparable](all []BatchItem, size int, key func(BatchItem) K) []BatchItem {
	first := map[K]int{}
	for i, e := range all {
		if _, seen := first[key(e)]; !seen {
			first[key(e)] = i
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return first[key(all[i])] < first[key(all[j])] })
	group, n := 0, 0
	for i := range all {
		if n++; i == 0 || n > size || key(all[i-1]) != key(all[i]) {
			group, n = group+1, 1
		}
		all[i].Group = group
	}
	return all
}
