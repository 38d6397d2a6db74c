package sqlite

import (
	"context"
	"database/sql"

	mark "markai/backend"
)

// PutSurveyRow keeps what a document said under a key.
func (m *matter) PutSurveyRow(ctx context.Context, key string, id mark.DocumentID, data []byte) error {
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO survey_row (question, document, data) VALUES (?, ?, ?)
			ON CONFLICT (question, document) DO UPDATE SET data = excluded.data`, key, n, data)
		return err
	})
}

// SurveyRows returns what is kept under a key.
func (m *matter) SurveyRows(ctx context.Context, key string) (map[mark.DocumentID][]byte, error) {
	type kept struct {
		id   mark.DocumentID
		data []byte
	}
	rows, err := collect(ctx, m.db.readers, func(r row) (v kept, err error) { return v, r.Scan(&v.id, &v.data) },
		"SELECT d.id, s.data FROM survey_row s JOIN document d ON d.n = s.document WHERE s.question = ?", key)
	if err != nil {
		return nil, err
	}
	out := make(map[mark.DocumentID][]byte, len(rows))
	for _, r := range rows {
		out[r.id] = r.data
	}
	return out, nil
}
