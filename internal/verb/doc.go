// Package verb finishes commands: a noun declares what is specific to a command,
// and the functions here add what every command of its kind has.
package verb
