-- The standing schedule: periods in which a carrier means to fly a leg. Flights are expanded from it when somebody asks.

CREATE TABLE schedule_legs (
    carrier                  text    NOT NULL,
    number                   text    NOT NULL,
    suffix                   text,
    variation                text    NOT NULL,
    leg                      integer NOT NULL,
    service_type             text    NOT NULL,
    first_day                date    NOT NULL,
    last_day                 date    NOT NULL,
    days                     text    NOT NULL,     -- ISO weekdays, '135'
    weeks                    integer NOT NULL,     -- 2: every other week
    mode                     text    NOT NULL,     -- L local, U UTC
    departure_port           text    NOT NULL,
    departure_minutes        integer NOT NULL,
    departure_day            integer NOT NULL,     -- days after the flight's first day
    departure_offset_minutes integer,
    arrival_port             text    NOT NULL,
    arrival_minutes          integer NOT NULL,
    arrival_day              integer NOT NULL,
    arrival_offset_minutes   integer,
    origin_port              text    NOT NULL,     -- of the flight's first leg
    origin_minutes           integer NOT NULL,
    origin_day               integer NOT NULL,
    origin_offset_minutes    integer,
    expected                 boolean NOT NULL      -- whether a passenger list is: people fly, across a border
);
CREATE INDEX schedule_legs_by_arrival ON schedule_legs (arrival_port, last_day) WHERE expected;
CREATE INDEX schedule_legs_by_carrier ON schedule_legs (carrier, last_day);

CREATE TABLE schedules (
    carrier     text PRIMARY KEY,
    imported_at timestamptz NOT NULL,
    imported_by text        NOT NULL,
    format      text        NOT NULL,
    legs        integer     NOT NULL
);
