"""What happens to places: offers, revocations, co-signed grants, exceptions, quits, deferrals, penalty cases."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    # An open offer holds its seat: taken = provisional + admitted + open offers. `number` is the application's version
    # with which it was made; `seat_offer_id` the fact that told of the freed seat.
    """
    CREATE TABLE place_offer (
        application_id uuid NOT NULL CONSTRAINT fk_place_offer_application_id_application REFERENCES application,
        number integer NOT NULL,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        round integer NOT NULL,
        waiting_rank integer NOT NULL,
        seat_offer_id uuid NOT NULL,
        offered_at timestamptz NOT NULL,
        until timestamptz NOT NULL,
        outcome text NOT NULL DEFAULT 'open',
        ended_at timestamptz,
        CONSTRAINT pk_place_offer PRIMARY KEY (application_id, number),
        CONSTRAINT fk_place_offer_seat FOREIGN KEY (cycle_id, base_code, specialty_code) REFERENCES seat,
        CONSTRAINT ck_place_offer_outcome CHECK (outcome IN ('open', 'accepted', 'declined', 'expired')),
        CONSTRAINT ck_place_offer_ended CHECK ((outcome = 'open') = (ended_at IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX uq_place_offer_one_open ON place_offer (application_id) WHERE outcome = 'open'",
    "CREATE UNIQUE INDEX uq_place_offer_one_a_seat ON place_offer (seat_offer_id)"
    " WHERE outcome IN ('open', 'accepted')",
    "CREATE INDEX ix_place_offer_offered_at ON place_offer (cycle_id, offered_at DESC)",
    """
    CREATE TABLE place_revocation (
        application_id uuid NOT NULL CONSTRAINT fk_place_revocation_application_id_application REFERENCES application,
        number integer NOT NULL,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        reason text NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        decided_by text NOT NULL DEFAULT '',
        decided_at timestamptz,
        approved boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_place_revocation PRIMARY KEY (application_id, number)
    )
    """,
    "CREATE INDEX ix_place_revocation_proposed_at ON place_revocation (cycle_id, proposed_at)",
    """
    CREATE TABLE grant_proposal (
        application_id uuid NOT NULL CONSTRAINT fk_grant_proposal_application_id_application REFERENCES application,
        number integer NOT NULL,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        main_base_code text NOT NULL,
        specialty_code text NOT NULL,
        submission_number integer NOT NULL,
        qualified boolean NOT NULL,
        remark text NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        answered_by text NOT NULL DEFAULT '',
        answered_at timestamptz,
        confirmed boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_grant_proposal PRIMARY KEY (application_id, number)
    )
    """,
    "CREATE INDEX ix_grant_proposal_proposed_at ON grant_proposal (cycle_id, proposed_at)",
    """
    CREATE TABLE place_exception (
        cycle_id uuid NOT NULL CONSTRAINT fk_place_exception_cycle_id_cycle REFERENCES cycle,
        number text NOT NULL,
        application_id uuid NOT NULL CONSTRAINT fk_place_exception_application_id_application REFERENCES application,
        reason text NOT NULL,
        granted_by text NOT NULL,
        granted_at timestamptz NOT NULL,
        CONSTRAINT pk_place_exception PRIMARY KEY (cycle_id, number)
    )
    """,
    # Measures, destination and opinion are sealed in `body` (null once the person's data were forgotten).
    """
    CREATE TABLE quit_record (
        application_id uuid CONSTRAINT pk_quit_record PRIMARY KEY
            CONSTRAINT fk_quit_record_application_id_application REFERENCES application,
        cycle_id uuid NOT NULL,
        base_code text NOT NULL,
        specialty_code text NOT NULL,
        reason_code text NOT NULL,
        body bytea,
        sealed_with text NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_quit_record_recorded_at ON quit_record (cycle_id, recorded_at DESC)",
    """
    CREATE TABLE place_deferral (
        application_id uuid CONSTRAINT pk_place_deferral PRIMARY KEY
            CONSTRAINT fk_place_deferral_application_id_application REFERENCES application,
        cycle_id uuid NOT NULL,
        until_year integer NOT NULL,
        deferred_at timestamptz NOT NULL
    )
    """,
    # How a place was lost that the policy puts before the province; what becomes of it is the province's to write.
    """
    CREATE TABLE penalty_case (
        id uuid CONSTRAINT pk_penalty_case PRIMARY KEY,
        cycle_id uuid NOT NULL,
        application_id uuid NOT NULL CONSTRAINT fk_penalty_case_application_id_application REFERENCES application,
        person_id text NOT NULL,
        cause text NOT NULL,
        at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'proposed',
        CONSTRAINT uq_penalty_case_application_id_cause UNIQUE (application_id, cause),
        CONSTRAINT ck_penalty_case_cause CHECK (cause IN ('give_up', 'no_show', 'quit')),
        CONSTRAINT ck_penalty_case_state CHECK (state IN ('proposed', 'imposed', 'waived'))
    )
    """,
    "CREATE INDEX ix_penalty_case_cycle_id ON penalty_case (cycle_id, state, at)",
    # Who forgets a person empties the name on the application (`forget_person`); the rest of it goes with that.
    """
    CREATE FUNCTION forget_places() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE quit_record SET body = NULL, sealed_with = '' WHERE application_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER forget_places AFTER UPDATE OF name ON application"
    " FOR EACH ROW WHEN (NEW.name = '' AND OLD.name <> '') EXECUTE FUNCTION forget_places()",
)

DOWN = (
    "DROP TRIGGER forget_places ON application",
    "DROP FUNCTION forget_places",
    "DROP TABLE penalty_case",
    "DROP TABLE place_deferral",
    "DROP TABLE quit_record",
    "DROP TABLE place_exception",
    "DROP TABLE grant_proposal",
    "DROP TABLE place_revocation",
    "DROP TABLE place_offer",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
