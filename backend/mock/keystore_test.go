package mock_test

import (
	"testing"

	"markai/backend/marktest"
	"markai/backend/mock"
)

func TestKeyStoreInMemoryKeepsSecrets(t *testing.T) {
	marktest.TestKeyStore(t, &mock.KeyStore{})
}
