package differential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	gomtasts "github.com/foxcpp/go-mtasts"
)

// goMTASTS is the library of the mail server maddy.
const goMTASTS = "go-mtasts"

// policyFromContext is an HTTP transport that answers every request with the
// policy in its context.
type policyFromContext struct{}

type policyKey struct{}

func (policyFromContext) RoundTrip(r *http.Request) (*http.Response, error) {
	body, ok := r.Context().Value(policyKey{}).(string)
	if !ok {
		return nil, errors.New("no policy in the context: nothing leaves this test")
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r,
		Header: http.Header{"Content-Type": {"text/plain"}},
		Body:   io.NopCloser(strings.NewReader(body)),
	}, nil
}

// oneTXT is a resolver with one answer.
type oneTXT []string

func (set oneTXT) LookupTXT(context.Context, string) ([]string, error) { return set, nil }

// noStore is a cache that is always empty and remembers the last id.
type noStore struct{ id string }

func (*noStore) List() ([]string, error) { return nil, nil }

func (s *noStore) Store(_, id string, _ time.Time, _ *gomtasts.Policy) error {
	s.id = id
	return nil
}

func (*noStore) Load(string) (string, time.Time, *gomtasts.Policy, error) {
	return "", time.Time{}, nil, gomtasts.ErrNoPolicy
}

func goMTASTSRecords(set []string) opinion {
	var store noStore
	cache := gomtasts.Cache{Store: &store, Resolver: oneTXT(set),
		DownloadPolicy: func(string) (*gomtasts.Policy, error) { return &gomtasts.Policy{}, nil }}
	if _, err := cache.Get(context.Background(), "example.com"); err != nil {
		return opinion{}
	}
	return opinion{accept: true, read: store.id}
}

func goMTASTSPolicy(body string) opinion {
	cache := gomtasts.Cache{Store: &noStore{}, Resolver: oneTXT{"v=STSv1; id=1"}}
	p, err := cache.Get(context.WithValue(context.Background(), policyKey{}, body), "example.com")
	if err != nil {
		return opinion{}
	}
	return opinion{accept: true, read: policyRead(string(p.Mode), int64(p.MaxAge), p.MX)}
}

// goMTASTSMatch tells a panic from an answer: a sender would have died.
func goMTASTSMatch(in pair) (o opinion) {
	defer func() {
		if r := recover(); r != nil {
			o = opinion{accept: true, read: fmt.Sprint("panic: ", r)}
		}
	}()
	return opinion{accept: gomtasts.Policy{MX: []string{in.pattern}}.Match(in.host)}
}
