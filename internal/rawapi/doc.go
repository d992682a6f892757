// Package rawapi is what hubctl raw does beyond one request: bodies made of fields,
// and the pages of a listing merged into one document.
package rawapi
