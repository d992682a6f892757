// Package verb finishes commands: a noun declares what is particular to a command,
// and the functions here add what every command of its kind has.
package verb
