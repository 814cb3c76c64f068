// Holds a private key (PKCS#8 PEM file, first argument), RSA or EC, and has signed with it; and an ML-KEM-768 key (seed in a
// file, second argument, if there is one) that has decapsulated.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"runtime"
	"time"
)

var key any
var kem *mlkem.DecapsulationKey768

func load(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(text)
	key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
}

func sign() {
	hash := sha256.Sum256([]byte("x"))
	var err error
	switch held := key.(type) {
	case *rsa.PrivateKey:
		_, err = rsa.SignPKCS1v15(rand.Reader, held, crypto.SHA256, hash[:])
	case *ecdsa.PrivateKey:
		_, err = ecdsa.SignASN1(rand.Reader, held, hash[:])
	}
	if err != nil {
		panic(err)
	}
}

func decapsulate(path string) {
	seed, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	kem, err = mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		panic(err)
	}
	_, ciphertext := kem.EncapsulationKey().Encapsulate()
	if _, err = kem.Decapsulate(ciphertext); err != nil {
		panic(err)
	}
}

func main() {
	load(os.Args[1])
	if len(os.Args) > 2 {
		decapsulate(os.Args[2])
	}
	for i := 0; i < 20; i++ {
		sign()
	}
	runtime.GC()
	runtime.GC()
	fmt.Println("ready")
	time.Sleep(10 * time.Minute)
	runtime.KeepAlive(key)
	runtime.KeepAlive(kem)
}
