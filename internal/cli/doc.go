// Package cli is the framework of the command line: settings, sessions, confirmation,
// errors and exit statuses, help, flags and completion. It contains no nouns.
package cli
