// A server that takes bearer tokens, with golang-jwt or go-jose. Settings come from the environment; prints its port.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v3"
	josejwt "github.com/go-jose/go-jose/v3/jwt"
	"github.com/golang-jwt/jwt/v5"
)

var issuer, audience, fault = os.Getenv("ISSUER"), os.Getenv("AUDIENCE"), os.Getenv("FAULT")

// bound returns the listed key of an id if it may sign.
func bound(kid string) (*jose.JSONWebKey, error) {
	answer, err := http.Get(os.Getenv("JWKS_URI"))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var set struct{ Keys []json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		return nil, err
	}
	for _, raw := range set.Keys {
		var named struct {
			Kid    string
			Issuer string
			Class  string `json:"x_class"`
		}
		key := new(jose.JSONWebKey)
		if json.Unmarshal(raw, &named) != nil || named.Kid != kid || key.UnmarshalJSON(raw) != nil {
			continue
		}
		isBound := named.Issuer == issuer && (named.Class == "enterprise" || fault == "retired" && named.Class == "retired")
		if isBound || fault == "kid" {
			return key, nil
		}
	}
	return nil, errors.New("no key of this issuer and class")
}

func withGolangJwt(token string) error {
	options := []jwt.ParserOption{jwt.WithValidMethods([]string{"ES256"}), jwt.WithStrictDecoding()}
	if fault != "expiry" {
		options = append(options, jwt.WithExpirationRequired())
	} else {
		options = append(options, jwt.WithLeeway(48*time.Hour))
	}
	if fault != "issuer" {
		options = append(options, jwt.WithIssuer(issuer))
	}
	if fault != "audience" {
		options = append(options, jwt.WithAudience(audience))
	}
	_, err := jwt.Parse(token, func(parsed *jwt.Token) (any, error) {
		// golang-jwt looks at neither.
		if _, has := parsed.Header["crit"]; has || fault != "type" && parsed.Header["typ"] != "at+jwt" {
			return nil, errors.New("the header of another token")
		}
		kid, _ := parsed.Header["kid"].(string)
		key, err := bound(kid)
		if err != nil {
			return nil, err
		}
		return key.Key, nil
	}, options...)
	return err
}

func withGoJose(token string) error {
	parsed, err := josejwt.ParseSigned(token)
	if err != nil {
		return err
	}
	header := parsed.Headers[0]
	// ParseSigned of this version takes every algorithm.
	if header.Algorithm != "ES256" || fault != "type" && header.ExtraHeaders[jose.HeaderType] != "at+jwt" {
		return errors.New("the header of another token")
	}
	key, err := bound(header.KeyID)
	if err != nil {
		return err
	}
	var claims josejwt.Claims
	if err := parsed.Claims(key.Key, &claims); err != nil {
		return err
	}
	expected := josejwt.Expected{Time: time.Now()}
	leeway := time.Duration(0)
	if fault != "issuer" {
		expected.Issuer = issuer
	}
	if fault != "audience" {
		expected.Audience = josejwt.Audience{audience}
	}
	if fault == "expiry" {
		leeway = 48 * time.Hour
	} else if claims.Expiry == nil {
		return errors.New("no exp")
	}
	return claims.ValidateWithLeeway(expected, leeway)
}

func main() {
	verify := map[string]func(string) error{"golang-jwt": withGolangJwt, "go-jose": withGoJose}[os.Args[1]]
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		token := strings.TrimPrefix(request.Header.Get("authorization"), "Bearer ")
		if verify(token) != nil {
			response.WriteHeader(http.StatusUnauthorized)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, nil))
}
