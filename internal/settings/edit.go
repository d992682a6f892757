package settings

import "context"

// Set is being written.
func Set(context.Context, string, string, string, string) error { return nil }

// DeleteProfile is being written.
func DeleteProfile(context.Context, string, string) error { return nil }
