// Package cli is the frame of the command line: settings, the session, confirmation,
// errors and exit statuses, help, flags and completion. It knows no noun.
package cli
