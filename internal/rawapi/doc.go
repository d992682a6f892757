// Package rawapi makes request bodies of fields, and merges the pages of a list into one document.
package rawapi
