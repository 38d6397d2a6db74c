//go:build libsqlite3 && cgo

package sqlite

/*
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

// Defined by the SQLite3 Multiple Ciphers amalgamation only: a plain SQLite
// does not link.
extern int sqlite3mc_cipher_index(const char *cipherName);
extern int sqlite3mc_config(sqlite3 *db, const char *paramName, int newValue);

#define MARKAI_SLOTS 1024
#define MARKAI_KEY 32

// One page-aligned region holds all keys: it is kept out of swap and, where
// the platform can, out of core dumps. (The cipher's own copy, one for each
// connection, lies in ordinary memory.) Guarded by markai_mutex().
struct markai_slot {
	int used;
	unsigned char key[MARKAI_KEY];
};
static struct markai_slot *markai_slots;

static sqlite3_mutex *markai_mutex(void) { return sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1); }

static void markai_wipe(void *p, size_t n) {
	volatile unsigned char *b = p;
	while (n--) *b++ = 0;
}

static int markai_slots_init(void) {
	size_t n = MARKAI_SLOTS * sizeof(struct markai_slot);
	if (markai_slots) return 1;
#ifdef _WIN32
	void *p = VirtualAlloc(NULL, n, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
	if (!p) return 0;
	VirtualLock(p, n);
#else
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (p == MAP_FAILED) return 0;
	mlock(p, n); // best effort: the limit may be too low
#ifdef MADV_DONTDUMP
	madvise(p, n, MADV_DONTDUMP);
#endif
#endif
	markai_slots = p;
	return 1;
}

// markai_hold copies a key into a free slot and returns its number, or -1.
static int markai_hold(const unsigned char *key) {
	int i, slot = -1;
	sqlite3_mutex *mu = markai_mutex();
	sqlite3_mutex_enter(mu);
	if (markai_slots_init()) {
		for (i = 0; i < MARKAI_SLOTS; i++) {
			if (markai_slots[i].used) continue;
			memcpy(markai_slots[i].key, key, MARKAI_KEY);
			markai_slots[i].used = 1;
			slot = i;
			break;
		}
	}
	sqlite3_mutex_leave(mu);
	return slot;
}

static void markai_drop(int slot) {
	sqlite3_mutex *mu = markai_mutex();
	if (slot < 0 || slot >= MARKAI_SLOTS) return;
	sqlite3_mutex_enter(mu);
	if (markai_slots) markai_wipe(&markai_slots[slot], sizeof(struct markai_slot));
	sqlite3_mutex_leave(mu);
}

// markai_key_init runs for every connection of the process as it opens, before
// its first statement. It keys those whose URI names a slot; a slot that holds
// no key stops the opening.
static int markai_key_init(sqlite3 *db, char **err, const void *api) {
	static const char hex[] = "0123456789abcdef";
	char raw[4 + 2 * MARKAI_KEY];
	const char *file = sqlite3_db_filename(db, "main");
	const char *param;
	sqlite3_mutex *mu;
	int i, slot, held = 0, rc;
	(void)err;
	(void)api;
	if (!file || !file[0]) return SQLITE_OK;
	param = sqlite3_uri_parameter(file, "markai_slot");
	if (!param) return SQLITE_OK;
	slot = atoi(param);
	if (slot < 0 || slot >= MARKAI_SLOTS) return SQLITE_AUTH;
	memcpy(raw, "raw:", 4);
	mu = markai_mutex();
	sqlite3_mutex_enter(mu);
	if (markai_slots && markai_slots[slot].used) {
		for (i = 0; i < MARKAI_KEY; i++) {
			raw[4 + 2 * i] = hex[markai_slots[slot].key[i] >> 4];
			raw[5 + 2 * i] = hex[markai_slots[slot].key[i] & 15];
		}
		held = 1;
	}
	sqlite3_mutex_leave(mu);
	if (!held) return SQLITE_AUTH;
	rc = SQLITE_ERROR;
	if (sqlite3mc_config(db, "cipher", sqlite3mc_cipher_index("aegis")) > 0) {
		rc = sqlite3_key_v2(db, "main", raw, sizeof raw);
	}
	markai_wipe(raw, sizeof raw);
	return rc;
}

static int markai_auto(void) {
	return sqlite3_auto_extension((void (*)(void))markai_key_init);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	vec "github.com/asg017/sqlite-vec-go-bindings/cgo"
	sqlite3 "github.com/mattn/go-sqlite3"

	mark "markai/backend"
)

// KeySize is the size of a store's key in bytes.
const KeySize = C.MARKAI_KEY

// hookOnce registers the key hook and sqlite-vec for every connection that the
// process will open.
var hookOnce = sync.OnceValue(func() error {
	if rc := C.markai_auto(); rc != C.SQLITE_OK {
		return fmt.Errorf("register the key hook: SQLite error %d", int(rc))
	}
	vec.Auto()
	return nil
})

// holdKey copies key to locked memory and returns the slot by which
// connections find it. dropKey wipes the slot.
func holdKey(key []byte) (slot int, err error) {
	if len(key) != KeySize {
		return 0, mark.Errorf(mark.WrongKey, "The key of this store has the wrong length.")
	}
	if err := hookOnce(); err != nil {
		return 0, err
	}
	slot = int(C.markai_hold((*C.uchar)(unsafe.Pointer(&key[0]))))
	if slot < 0 {
		return 0, mark.Errorf(mark.TooBusy, "Too many matters are open. Close some and try again.")
	}
	return slot, nil
}

func dropKey(slot int) { C.markai_drop(C.int(slot)) }

// resultCode returns SQLite's extended result code of an error, or 0.
func resultCode(err error) int {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return int(e.ExtendedCode)
	}
	return 0
}
