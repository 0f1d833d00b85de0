-- Answers in EDIFACT, kept for those who asked for one.

-- name: keep_answer
-- The first answer stays: who comes second is given that one. Nothing is given where the submission has been purged.
INSERT INTO submission_answers (submission_id, answer)
SELECT submission_id, $2 FROM submissions WHERE submission_id = $1
ON CONFLICT (submission_id) DO UPDATE SET answer = submission_answers.answer
RETURNING answer, (SELECT received_at FROM submissions WHERE submission_id = $1) AS received_at

-- name: first_answer
SELECT received_at, answer
FROM submissions LEFT JOIN submission_answers USING (submission_id)
WHERE owner = $1 AND sha256 = $2
