-- Counts for planning and oversight. They name nobody and outlive travellers and alerts. A count is added when a flight is over, or
-- an alert decided; what was counted once is marked, and the mark goes with the thing itself or soon after.
-- Small counts stand here as they are: what is shown of them is withheld where it must be (api_service/statistics).

CREATE TABLE statistics_travellers (
    month       date   NOT NULL,                     -- its first day
    route       text   NOT NULL,                     -- AMS-TIA
    nationality text   NOT NULL,                     -- alpha-3, or unknown
    age_band    text   NOT NULL,
    persons     bigint NOT NULL,
    PRIMARY KEY (month, route, nationality, age_band)
);

CREATE TABLE statistics_alerts (
    month       date   NOT NULL,
    list        text   NOT NULL,
    outcome     text   NOT NULL,
    route       text   NOT NULL,
    nationality text   NOT NULL,
    age_band    text   NOT NULL,
    persons     bigint NOT NULL,
    PRIMARY KEY (month, list, outcome, route, nationality, age_band)
);

CREATE TABLE statistics_flights_counted (
    flight_id  text PRIMARY KEY,
    counted_at timestamptz NOT NULL
);

CREATE TABLE statistics_alerts_counted (
    alert_id   text PRIMARY KEY REFERENCES alerts ON DELETE CASCADE,
    counted_at timestamptz NOT NULL
);

-- How many people a registration centre holds. Who they are is none of our business.
CREATE TABLE reception_places (
    place_id    text        NOT NULL,
    reported_at timestamptz NOT NULL,
    occupied    integer     NOT NULL CHECK (occupied >= 0),
    reported_by text        NOT NULL,
    PRIMARY KEY (place_id, reported_at)
);
