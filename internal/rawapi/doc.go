// Package rawapi makes request bodies of fields, and prints responses and merged pages.
package rawapi
