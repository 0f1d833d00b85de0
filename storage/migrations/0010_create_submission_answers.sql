-- What a carrier was answered in EDIFACT (CONTRL, CUSRES), to the byte: the same bytes sent again get it again, also when the
-- program that writes it has changed meanwhile. It repeats the passengers' references, so it goes with its submission.
CREATE TABLE submission_answers (
    submission_id text PRIMARY KEY REFERENCES submissions ON DELETE CASCADE,
    answer        bytea NOT NULL
);
