"""Writing people, organisations and memberships."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from market.accounts import actions, queries
from market.accounts.models import Membership, Organisation, Session, User
from market.base.errors import BadState, BreaksRule, NotFound, Refusal
from market.base.people import Actor, OrganisationKind, Role
from market.journal.queries import history, latest
from market.store.db import db
from market.store.transaction import transaction
from tests import people
from tests.make import make_uscc

ENTERPRISE, AGENCY, REGULATOR = OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY, OrganisationKind.REGULATOR
GOOD = "a quiet river in autumn"


def register(code: str = "", email: str = "anna@example.invalid", password: str = GOOD) -> Membership:
    body = actions.NewOrganisation(ENTERPRISE, "【虚构】甲厂", code or make_uscc(77), "湘西州")
    with transaction() as now:
        return actions.register(body, actions.NewUser(email, "Anna", password), now=now)


def counts() -> tuple[int, int, int]:
    return tuple(db.session.scalar(select(func.count()).select_from(m)) or 0 for m in (User, Organisation, Membership))  # type: ignore[return-value]


def test_an_enterprise_is_in_at_once_with_its_first_person_as_administrator(app: Flask) -> None:
    with app.app_context():
        register()
        user = queries.user_by_email("anna@example.invalid")
        assert user is not None
        actor = queries.actor_of(user.id)
        assert actor.role is Role.ENTERPRISE
        assert [m.is_admin for m in queries.members_of(actor.organisation or 0)] == [True]
        assert queries.organisation_of(actor.organisation or 0).is_fictitious


def test_every_step_of_a_registration_is_in_the_journal_without_the_persons_name(app: Flask) -> None:
    with app.app_context():
        register()
        rows = latest(10)
        assert [row.act for row in reversed(rows)] == ["organisation.create", "account.create", "membership.begin"]
        assert all("Anna" not in row.actor + row.obj for row in rows)
        organisation = db.session.scalars(select(Organisation)).one()
        assert [row.rev for row in history(f"organisation/{organisation.ref}")] == [1, 2]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"email": "nobody"}, "account.email"),
        ({"password": "short"}, "account.password_short"),
        ({"code": "91350100M000100Y44"}, "uscc.check_character"),
    ],
)
def test_a_refused_registration_leaves_nothing_behind(app: Flask, given: dict[str, str], code: str) -> None:
    with app.app_context():
        with pytest.raises(BreaksRule, match=code):
            register(**given)
        assert counts() == (0, 0, 0)
        assert latest(1) == []


def test_a_code_or_an_address_is_registered_once(app: Flask) -> None:
    with app.app_context():
        register()
        with pytest.raises(BreaksRule, match=r"organisation\.uscc_taken"):
            register(email="other@example.invalid")
        with pytest.raises(BreaksRule, match=r"account\.email_taken"):
            register(code=make_uscc(78), email="ANNA@example.invalid")
        assert counts() == (1, 1, 1)


def test_an_enterprise_without_a_code_is_refused_by_the_database_too(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(BreaksRule, match=r"organisation\.uscc_needed"), transaction() as now:
            body = actions.NewOrganisation(ENTERPRISE, "【虚构】无码")
            actions.create_organisation(body, actor=Actor.system(), now=now)
        with pytest.raises(IntegrityError, match="organisation_has_uscc"):
            db.session.execute(
                text(
                    "INSERT INTO organisation (id, ref, kind, name, region, is_fictitious, created_at)"
                    " VALUES (1, 'OR-1', 'agency', 'x', '', :yes, '2026-01-01 00:00:00')"
                ),
                {"yes": True},
            )
        db.session.rollback()


def test_a_person_may_wear_several_hats_but_none_twice(app: Flask) -> None:
    with app.app_context():
        cast = people.cast()
        editor, auditor = cast.list_editor, cast.auditor
        with transaction() as now:
            organisation = queries.organisation_of(auditor.organisation_id)
            new = actions.NewMember(editor.user_id, Role.AUDITOR)
            actions.add_member(organisation, new, actor=editor.actor, now=now)
        assert [hat.role for hat in queries.hats_of(editor.user_id)] == ["list_editor", "auditor"]
        with pytest.raises(BadState, match=r"account\.member_already"), transaction() as now:
            organisation = queries.organisation_of(auditor.organisation_id)
            actions.add_member(organisation, new, actor=editor.actor, now=now)


def test_an_agency_has_no_list_editor(app: Flask) -> None:
    with app.app_context():
        agency = people.cast().agency
        with pytest.raises(BreaksRule, match=r"account\.role_not_of_kind"), transaction() as now:
            organisation = queries.organisation_of(agency.organisation_id)
            new = actions.NewMember(agency.user_id, Role.LIST_EDITOR)
            actions.add_member(organisation, new, actor=agency.actor, now=now)


def test_the_last_administrator_stays(app: Flask) -> None:
    with app.app_context():
        buyer = people.cast().buyer
        with pytest.raises(BreaksRule, match=r"account\.last_admin"), transaction() as now:
            actions.end_membership(buyer.membership_id, actor=buyer.actor, now=now)


def test_another_organisations_member_is_not_found(app: Flask) -> None:
    with app.app_context():
        cast = people.cast()
        with pytest.raises(NotFound, match=r"account\.member_not_found"), transaction() as now:
            actions.end_membership(cast.other_buyer.membership_id, actor=cast.buyer.actor, now=now)


def test_an_ended_role_is_signed_out_everywhere_and_may_begin_again(app: Flask) -> None:
    with app.app_context():
        buyer = people.cast().buyer
        second = people.make_person("second", ENTERPRISE, Role.ENTERPRISE, organisation=buyer.organisation_id)
        with transaction() as now:
            token = actions.begin_session(second.user_id, second.membership_id, now=now)
        with transaction() as now:
            actions.end_membership(second.membership_id, actor=buyer.actor, now=now)
        with transaction() as now:
            assert queries.signed_in(token, now) is None
            organisation = queries.organisation_of(buyer.organisation_id)
            new = actions.NewMember(second.user_id, Role.ENTERPRISE)
            actions.add_member(organisation, new, actor=buyer.actor, now=now)
        assert len(queries.hats_of(second.user_id)) == 1


def test_a_changed_password_signs_out_every_other_browser(app: Flask) -> None:
    with app.app_context():
        buyer = people.cast().buyer
        with transaction() as now:
            here = actions.begin_session(buyer.user_id, buyer.membership_id, now=now)
            there = actions.begin_session(buyer.user_id, buyer.membership_id, now=now)
            me = queries.signed_in(here, now)
        assert me is not None
        with pytest.raises(BreaksRule, match=r"account\.password_wrong"), transaction() as now:
            wrong = actions.PasswordChange("wrong", "another river in spring")
            actions.change_password(wrong, actor=buyer.actor, now=now)
        with transaction() as now:
            change = actions.PasswordChange(people.PASSWORD, "another river in spring", me.session_id)
            actions.change_password(change, actor=buyer.actor, now=now)
        with transaction() as now:
            assert queries.signed_in(here, now) is not None
            assert queries.signed_in(there, now) is None


def test_a_hat_of_somebody_else_cannot_be_put_on(app: Flask) -> None:
    with app.app_context():
        cast = people.cast()
        with transaction() as now:
            token = actions.begin_session(cast.buyer.user_id, cast.buyer.membership_id, now=now)
            me = queries.signed_in(token, now)
        assert me is not None
        with pytest.raises(Refusal, match=r"account\.hat_not_yours"), transaction():
            actions.switch_hat(me.session_id, cast.list_approver.membership_id, actor=me.actor)
        assert db.session.scalars(select(Session.membership_id)).one() == cast.buyer.membership_id
