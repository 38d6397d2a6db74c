package vault

import (
	"context"

	mark "markai/backend"
	"markai/backend/crypt"
)

// auditBatch is how many entries are held at a time.
const auditBatch = 1000

// VerifyAudit reads the whole audit trail and says Damaged where an entry was
// changed, left out or put in. It cannot see entries cut off at the end: keep
// the last hash elsewhere to notice that. It returns the number of entries and
// the last hash.
func (v *Vault) VerifyAudit(ctx context.Context) (entries int, last string, err error) {
	r, err := v.Registry()
	if err != nil {
		return 0, "", err
	}
	var seq int64
	for {
		batch, err := r.AuditTrail(ctx, seq, auditBatch)
		if err != nil {
			return entries, last, err
		}
		if len(batch) == 0 {
			return entries, last, nil
		}
		for _, e := range batch {
			if e.Seq != seq+1 || e.Hash != crypt.AuditHash(last, e) {
				return entries, last, mark.Errorf(mark.Damaged, "The audit trail was changed at entry %d. Entries before it are as they were written.", seq+1)
			}
			seq, last = e.Seq, e.Hash
			entries++
		}
	}
}
