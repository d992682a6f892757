// Package verb finishes commands: a noun declares the details of a command, and the
// functions here add the features that all commands of its kind share.
package verb
