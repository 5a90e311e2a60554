"""The key file and what is made with it."""

import json
import random
import re
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.clock import FixedClock
from incidents.errors import SettingsError
from incidents.keys import KeyRing, Purpose, check_code_shape, normal_code
from incidents.keys.notice_code import code_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PERSON = ("inc-2026-0001", "individuals-eu-gdpr", 1)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "home" / "keys.json", FixedClock())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("keys") / "keys.json", FixedClock())


def test_the_key_file_is_for_its_owner_alone_and_has_a_key_for_each_purpose(ring: KeyRing) -> None:
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(ring.path.parent.stat().st_mode) == 0o700
    secrets = [one["secret"] for one in json.loads(ring.path.read_text())["keys"]]
    assert len(secrets) == len(set(secrets)) == len(Purpose)
    assert list(ring.path.parent.iterdir()) == [ring.path]


def test_an_existing_key_file_is_read_and_never_overwritten(ring: KeyRing) -> None:
    before = ring.path.read_bytes()
    again = KeyRing.create(ring.path, FixedClock())
    assert ring.path.read_bytes() == before
    assert again.id == ring.id
    assert again.fingerprint("a secret") == ring.fingerprint("a secret")


def test_processes_that_start_at_once_share_the_keys_of_the_first(tmp_path: Path) -> None:
    path, ids, gate = tmp_path / "keys.json", [], threading.Barrier(8)

    def start() -> None:
        gate.wait()
        ids.append(KeyRing.create(path, FixedClock()).id)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_a_key_file_that_others_may_touch_is_refused_with_the_repair(
    ring: KeyRing, mode: int
) -> None:
    ring.path.chmod(mode)
    with pytest.raises(SettingsError, match=r"chmod 600"):
        KeyRing.load(ring.path)


def test_an_absent_key_file_is_not_made_by_reading_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="backup"):
        KeyRing.load(tmp_path / "keys.json")
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda _: "[" * 200_000,
        lambda text: text.replace("forthwith/keys/1", "forthwith/keys/9"),
        lambda text: text.replace('"chain"', '"code"'),
        lambda text: re.sub(r'"secret": "....', '"secret": "', text, count=1),
        lambda text: text.replace('"made_at": "2', '"made_at": "x'),
    ],
)
def test_a_damaged_key_file_is_refused_without_repeating_what_stands_in_it(
    ring: KeyRing, damage: "object"
) -> None:
    text = ring.path.read_text()
    secrets = [one["secret"] for one in json.loads(text)["keys"]]
    assert callable(damage)
    ring.path.write_text(damage(text))
    with pytest.raises(SettingsError, match="damaged") as refused:
        KeyRing.load(ring.path)
    assert not any(secret in str(refused.value) for secret in secrets)


def test_a_folder_in_the_place_of_the_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(SettingsError):
        KeyRing.load(tmp_path / "keys.json")


def test_a_ring_shows_no_secret_when_it_is_printed(ring: KeyRing) -> None:
    key = ring.versions("chain")[0]
    shown = f"{ring!r} {ring} {key!r} {ring.versions('code')}"
    assert key.secret.hex() not in shown
    assert repr(key.secret) not in shown


def test_parts_are_told_apart_and_purposes_too(ring: KeyRing) -> None:
    macs = [
        ring.mac("code", "a", "bc"),
        ring.mac("code", "ab", "c"),
        ring.mac("code", "abc"),
        ring.mac("code", "abc", ""),
        ring.mac("chain", "abc"),
    ]
    assert len(set(macs)) == len(macs)
    assert ring.mac("code", "ä") == ring.mac("code", "ä".encode())


def test_a_word_that_is_no_purpose_is_refused(ring: KeyRing) -> None:
    with pytest.raises(SettingsError, match="fingerprint, return_path, code, chain"):
        ring.mac("coffee", "x")
    with pytest.raises(SettingsError):
        ring.rotate("coffee")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_rotation_makes_anew_and_still_checks_the_old(ring: KeyRing, purpose: Purpose) -> None:
    old = ring.mac(purpose, "x")
    new_id = ring.rotate(purpose)
    assert ring.versions(purpose)[0].id == new_id
    assert ring.mac(purpose, "x") != old
    assert ring.verify(purpose, old, "x")
    assert not ring.verify(purpose, old, "y")
    assert KeyRing.load(ring.path).verify(purpose, old, "x")
    others = set(Purpose) - {purpose}
    assert all(len(ring.versions(other)) == 1 for other in others)


def test_rotation_by_two_processes_loses_no_key(ring: KeyRing) -> None:
    other = KeyRing.load(ring.path)
    mine, theirs = ring.rotate("chain"), other.rotate("chain")
    kept = [key.id for key in KeyRing.load(ring.path).versions("chain")]
    assert kept[:2] == [theirs, mine]
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600


def test_rotation_says_when_the_key_was_made(tmp_path: Path) -> None:
    clock = FixedClock()
    ring = KeyRing.create(tmp_path / "keys.json", clock)
    clock.advance(timedelta(days=90))
    ring.rotate("code")
    new, old = KeyRing.load(ring.path).versions("code")
    assert new.made_at - old.made_at == timedelta(days=90)


def test_a_process_that_began_before_a_rotation_checks_what_was_made_after_it(
    ring: KeyRing,
) -> None:
    long_running = KeyRing.load(ring.path)
    ring.rotate("chain")
    ring.rotate("code")
    ring.rotate("return_path")
    assert long_running.check_chain(b"data", ring.chain(b"data"))
    assert long_running.is_notice_code(ring.notice_code(*PERSON, "p1"), *PERSON, "p1")
    assert long_running.read_return_path(ring.return_path("bounces", 7, "mail.example")) == 7


def test_a_lost_key_file_takes_nothing_from_a_process_that_has_read_it(ring: KeyRing) -> None:
    link = ring.chain(b"data")
    ring.path.unlink()
    assert not ring.check_chain(b"other", link)
    assert ring.check_chain(b"data", link)


def test_a_chain_link_names_its_key_and_holds_for_its_bytes_alone(
    ring: KeyRing, tmp_path: Path
) -> None:
    link = ring.chain(b"data")
    ring.rotate("chain")
    assert ring.check_chain(b"data", link)
    assert ring.chain(b"data") != link
    assert not ring.check_chain(b"datA", link)
    assert not ring.check_chain(b"data", link[:-1])
    assert not ring.check_chain(b"data", link.partition(":")[2])
    assert not ring.check_chain(b"data", f"{ring.versions('chain')[0].id}:{link.partition(':')[2]}")
    stranger = KeyRing.create(tmp_path / "other.json", FixedClock())
    assert not stranger.check_chain(b"data", link)


@given(link=st.text(max_size=120))
def test_no_made_up_link_holds(shared: KeyRing, link: str) -> None:
    assert not shared.check_chain(b"data", link)


def test_a_fingerprint_is_known_again_under_every_version_and_tells_nothing(ring: KeyRing) -> None:
    before = ring.fingerprint("hunter2")
    ring.rotate("fingerprint")
    assert before in ring.fingerprints("hunter2")
    assert ring.fingerprints("hunter2")[0] == ring.fingerprint("hunter2") != before
    assert re.fullmatch(r"fingerprint-1-[0-9a-f]{6}:[0-9a-f]{64}", before)


def test_a_fingerprint_is_the_same_for_the_two_ways_to_write_a_letter(ring: KeyRing) -> None:
    assert ring.fingerprint("jose\u0301@mail.example") == ring.fingerprint("jos\u00e9@mail.example")


def test_a_notice_code_is_short_the_same_each_time_and_its_own_for_each_notice(
    ring: KeyRing,
) -> None:
    code = ring.notice_code(*PERSON, "p1")
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}", code)
    assert code == KeyRing.load(ring.path).notice_code(*PERSON, "p1")
    others = (
        ("inc-2026-0002", "individuals-eu-gdpr", 1),
        ("inc-2026-0001", "individuals-uk-gdpr", 1),
        ("inc-2026-0001", "individuals-eu-gdpr", 2),
    )
    people = [f"p{n}" for n in range(50)]
    own = [ring.notice_code(*PERSON, one) for one in people]
    for notice in others:
        # One code in 8,192 is shared by chance, so a few are allowed here.
        assert sum(a == ring.notice_code(*notice, b) for a, b in zip(own, people, strict=True)) < 4


def test_a_message_token_is_each_persons_own_and_survives_a_rotation(ring: KeyRing) -> None:
    people = [f"p{n}" for n in range(20_000)]  # more than there are codes
    tokens = [ring.notice_keys(*PERSON).token(one) for one in people]
    assert len(set(tokens)) == len(people)
    ring.rotate(Purpose.CODE)
    assert ring.notice_keys(*PERSON).token("p0") == tokens[0]
    assert ring.notice_keys("inc-2026-0001", "individuals-eu-gdpr", 2).token("p0") != tokens[0]


def test_a_notice_code_of_before_a_rotation_is_still_real(ring: KeyRing) -> None:
    code = ring.notice_code(*PERSON, "p1")
    ring.rotate("code")
    assert ring.notice_code(*PERSON, "p1") != code
    assert ring.is_notice_code(code.lower().replace("-", " "), *PERSON, "p1")
    assert sum(ring.is_notice_code(code, *PERSON, f"q{n}") for n in range(50)) < 4
    assert not ring.is_notice_code("", *PERSON, "p1")


CASES = [f"inc-2026-{n:04d}" for n in range(1, 40)]


def test_a_code_names_its_case_and_nobody_in_it(ring: KeyRing) -> None:
    for person in ("p1", "p2", "p3"):
        code = ring.notice_code(CASES[6], "individuals-eu-gdpr", 2, person)
        assert ring.case_of_code(code.lower().replace("-", ""), CASES) == CASES[6]
        assert ring.case_of_code(code, [one for one in CASES if one != CASES[6]]) is None
    assert ring.case_of_code(code, []) is None
    assert ring.case_of_code("no code", CASES) is None


def test_a_code_of_before_a_rotation_still_names_its_case(ring: KeyRing) -> None:
    long_running = KeyRing.load(ring.path)
    old = ring.notice_code(*PERSON, "p1")
    ring.rotate("code")
    new = ring.notice_code(*PERSON, "p1")
    assert ring.case_of_code(old, CASES) == CASES[0]
    assert long_running.case_of_code(new, CASES) == CASES[0]


def test_another_installations_code_names_no_case_of_ours(ring: KeyRing, tmp_path: Path) -> None:
    stranger = KeyRing.create(tmp_path / "other.json", FixedClock())
    codes = [stranger.notice_code(*PERSON, f"p{n}") for n in range(200)]
    assert not any(ring.case_of_code(code, CASES) for code in codes)


def test_the_whole_tag_is_proved(ring: KeyRing) -> None:
    # Each of the 13 bits that differ between people counts: a change of one is a made-up code.
    real = ring.notice_code(*PERSON, "p1")
    number = 0
    for one in real.replace("-", "")[:-1]:
        number = number << 5 | ALPHABET.index(one)
    for bit in range(45):
        changed = number ^ 1 << bit
        made_up = code_of(changed >> 32, changed & (1 << 32) - 1)
        assert check_code_shape(made_up)
        assert ring.case_of_code(made_up, CASES) is None


def test_guessed_codes_fit_as_rarely_as_the_arithmetic_says(ring: KeyRing) -> None:
    # 3,000 guesses against 39 cases: 0.00003 fits are to be expected.
    guesses = random.Random(1)  # the same guesses each time
    codes = (code_of(guesses.getrandbits(13), guesses.getrandbits(32)) for _ in range(3_000))
    assert not any(ring.case_of_code(code, CASES) for code in codes)


def test_a_crowd_shares_few_codes(ring: KeyRing) -> None:
    # 13 bits: a hundred people have about a hundred codes, a million share 8,192.
    codes = {ring.notice_code(*PERSON, f"p{n}") for n in range(100)}
    assert 90 <= len(codes) <= 100


@given(person=st.text(max_size=30))
def test_every_code_has_the_right_shape_however_it_is_typed(shared: KeyRing, person: str) -> None:
    code = shared.notice_code(*PERSON, person)
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else "\u2014" for one in code)
    sloppy = code.replace("0", "o").replace("1", "l").lower().replace("-", " ")
    for typed in (code, sloppy, wide, code.replace("-", ""), f"  {code}\n"):
        assert normal_code(typed) == code


@given(
    person=st.text(max_size=30),
    at=st.integers(0, 9),
    other=st.integers(0, 9),
    letter=st.sampled_from(ALPHABET),
)
def test_one_wrong_or_two_swapped_characters_show(
    shared: KeyRing, person: str, at: int, other: int, letter: str
) -> None:
    letters = list(shared.notice_code(*PERSON, person).replace("-", ""))
    wrong, swapped = letters.copy(), letters.copy()
    wrong[at] = letter
    swapped[at], swapped[other] = letters[other], letters[at]
    assert check_code_shape("".join(wrong)) == (wrong == letters)
    assert check_code_shape("".join(swapped)) == (swapped == letters)


@given(text=st.text(max_size=100))
def test_any_text_can_be_typed_where_a_code_is_asked_for(text: str) -> None:
    assert check_code_shape(text) == (normal_code(text) is not None)


@pytest.mark.parametrize("text", ["", "K7QM", "UUUU-UUUU-UU", "K7QM-2F4T-9D-0", "\ud800" * 10])
def test_what_is_no_code_has_no_shape_of_one(text: str) -> None:
    assert not check_code_shape(text)


@given(
    delivery=st.integers(0, 2**63 - 1),
    prefix=st.from_regex(r"[a-z0-9]{1,20}[-+=_.]?", fullmatch=True),
)
def test_a_return_path_brings_its_delivery_back(
    shared: KeyRing, delivery: int, prefix: str
) -> None:
    address = shared.return_path(prefix, delivery, "bounces.mail.example")
    assert len(address.partition("@")[0]) <= 64
    for seen in (
        address,
        address.upper(),
        f"<{address}>",
        f" {address}\r\n",
        f"prvs=1a2b={address}",
    ):
        assert shared.read_return_path(seen) == delivery


def test_a_return_path_that_was_changed_names_no_delivery(ring: KeyRing) -> None:
    address = ring.return_path("bounces", 42, "mail.example")
    head, tag = address.partition("@")[0].rsplit("-", 1)
    other = "a" if tag[0] != "a" else "b"
    for forged in (
        address.replace("+42-", "+43-"),
        f"{head}-{other}{tag[1:]}@mail.example",
        f"{head}-{tag[:-1]}@mail.example",
        f"{head}@mail.example",
        "bounces@mail.example",
        "",
        "+" * 100_000,
    ):
        assert ring.read_return_path(forged) is None


def test_a_return_path_of_before_a_rotation_and_none_of_another_installation_counts(
    ring: KeyRing, tmp_path: Path
) -> None:
    address = ring.return_path("bounces", 42, "mail.example")
    ring.rotate("return_path")
    assert ring.read_return_path(address) == 42
    stranger = KeyRing.create(tmp_path / "other.json", FixedClock())
    assert stranger.read_return_path(address) is None


@pytest.mark.parametrize(
    ("prefix", "domain"),
    [
        ("b\r\nRCPT TO:<x", "mail.example"),
        ("b", "mail.example\r\nDATA"),
        ("b", "mail.example\n"),
        ("b>", "mail.example"),
        ("b b", "mail.example"),
        ("b..b", "mail.example"),
        ("", "mail.example"),
        ("b" * 50, "mail.example"),
        ("b", ""),
        ("b", "päckchen.example"),
    ],
)
def test_a_prefix_or_domain_that_cannot_stand_in_an_address_is_refused(
    ring: KeyRing, prefix: str, domain: str
) -> None:
    with pytest.raises(SettingsError):
        ring.return_path(prefix, 42, domain)


@given(address=st.text(max_size=200))
@settings(max_examples=200)
def test_any_text_can_stand_where_a_return_path_is_read(shared: KeyRing, address: str) -> None:
    assert shared.read_return_path(address) is None


def test_a_key_file_in_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(SettingsError, match="cannot write"):
        KeyRing.create(tmp_path / "taken" / "keys.json", FixedClock())
