"""Breeding by ask and tell: the same genomes as a run, whatever interrupts the loop, and every mistake told."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evolve
from evolve.breeder import Breeder, Member
from evolve.errors import EvolveError
from evolve.judging.order import GivenRanking
from evolve.spaces import load_space, read_space
from tests.genetics.test_pinned_genomes import PINNED, SPACE_TEXT

GENES: dict[str, Any] = {
    "cell": {"type": "choice", "values": ["lstm", "gru"]},
    "units": {"type": "int", "min_value": 8, "max_value": 900, "sampling": "log"},
    "rate": {"type": "float", "min_value": 0.0, "max_value": 1.0, "parent_name": "cell", "parent_values": ["gru"]},
    "mix": {"type": "shares", "values": ["jig", "reel", "waltz"]},
}
SPACE = load_space({"genes": GENES})
GENES_OF_ONE: dict[str, Any] = {"genes": {"size": {"type": "int", "min_value": 1, "max_value": 9}}}


def narrow_first(members: tuple[Member, ...]) -> list[str]:
    """Ids, those with the fewest units first."""
    return [member.id for member in sorted(members, key=lambda member: int(str(member.genome["units"])))]


def told(breeder: Breeder, generations: int) -> list[tuple[Member, ...]]:
    """The generations that come of telling so often, and the next."""
    asked = []
    for _ in range(generations):
        asked.append(breeder.ask())
        breeder.tell(narrow_first(asked[-1]))
    return [*asked, breeder.ask()]


# --- what is asked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "genomes"), PINNED)
def test_a_seed_means_the_genomes_that_a_run_has(seed: int, genomes: list[str]) -> None:
    """Those that are pinned for all versions."""
    breeder = Breeder(
        read_space("every scale.yaml", SPACE_TEXT),
        seed=seed, population=3, parents=2, elites=0, newcomers=1, taste=False,
    )  # fmt: skip
    founders = breeder.ask()
    breeder.tell([member.id for member in founders])
    family = (*founders, *breeder.ask())
    assert [" ".join(map(str, member.genome.values())) for member in family] == genomes


def test_asking_twice_gives_the_same_generation() -> None:
    """Until it is told; what a caller does to a genome changes nothing."""
    breeder = Breeder(SPACE, seed=7)
    first = breeder.ask()
    breeder.ask()[0].genome.clear()
    assert breeder.ask() == first
    breeder.tell(narrow_first(first))
    assert breeder.ask() == breeder.ask() != first


def test_whoever_is_loved_has_a_child_that_says_so() -> None:
    """Though it came last; the rejected have none for all the hearts in the world."""
    breeder = Breeder(SPACE, seed=7, population=6, parents=2, taste=False)
    names = [member.id for member in breeder.ask()]
    breeder.tell(f"{' > '.join(names[:4])} > {names[4]}♥1 ! {names[5]}♥2")
    members = breeder.ask()
    (child,) = (member for member in members if names[4] in member.parents)
    assert f"of {' and '.join(child.parents)} ({names[4]} has a favourite): " in child.why
    assert not any(names[5] in member.parents for member in members)
    assert sum("favourite" in member.why for member in members) == 1
    assert Breeder.from_state(breeder.state()).ask() == members


def test_the_best_comes_back_among_children_and_newcomers() -> None:
    """Elites first, newcomers last, each saying why it is there."""
    founders, children = told(Breeder(SPACE, seed=7, population=6), 1)
    best = narrow_first(founders)[:3]
    assert [member.id for member in children] == [best[0], "g1-2", "g1-3", "g1-4", "g1-5", "g1-6"]
    assert children[0].genome == founders[[member.id for member in founders].index(best[0])].genome
    assert children[0].why == "comes back unchanged: rank 1 in generation 0"
    assert {member.origin for member in children[1:5]} == {"child"}
    assert all(member.parents and set(member.parents) <= set(best) and "→" in member.why for member in children[1:5])
    assert (children[5].origin, children[5].parents, children[5].why) == ("newcomer", (), "sampled from the space")
    assert {member.origin for member in founders} == {"founder"}


def test_genomes_are_what_json_has() -> None:
    """Shares by group too; a gene that its parent switches off is not there."""
    for members in told(Breeder(SPACE, seed=3), 3):
        for member in members:
            assert json.loads(json.dumps(member.genome)) == member.genome
            assert set(member.genome["mix"]) == {"jig", "reel", "waltz"}  # type: ignore[arg-type]
            assert ("rate" in member.genome) == (member.genome["cell"] == "gru")


def test_genes_of_shares_take_the_groups_that_are_given() -> None:
    """Those of them that the space names; without any, a gene that names none is left out, as `diet` is."""
    (member, *_) = Breeder(SPACE, groups=["waltz", "polka", "jig"]).ask()
    assert set(member.genome["mix"]) == {"waltz", "jig"}  # type: ignore[arg-type]
    assert "diet" not in Breeder("quick.yaml").ask()[0].genome
    assert set(Breeder("quick.yaml", groups=["a", "b"]).ask()[0].genome["diet"]) == {"a", "b"}  # type: ignore[arg-type]


def test_who_is_told_first_has_children() -> None:
    """After some generations the narrow ones are all there are but newcomers."""
    *_, last = told(Breeder(SPACE, seed=1, population=12), 12)
    units = [int(str(member.genome["units"])) for member in last if member.origin == "child"]
    assert max(units) < 100


def test_a_small_population_needs_no_other_setting() -> None:
    """The defaults of parents, elites and newcomers fit."""
    generations = told(Breeder(SPACE, population=1), 2)
    assert [[member.id for member in members] for members in generations] == [["g0-1"], ["g1-1"], ["g2-1"]]


# --- what is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranking", "rejected"),
    [
        ([["g0-3"], ["g0-1", "g0-2"]], ["g0-4"]),
        (["g0-3", ["g0-2", "g0-1"]], "g0-4"),
        (("g0-3", "..."), ("g0-4",)),
        ("g0-3 > g0-1 = g0-2 ! g0-4", ()),
        ("G0-3 > ... ! g0-4", ()),
    ],
)
def test_a_ranking_is_tiers_or_an_order(ranking: GivenRanking, rejected: Iterable[str]) -> None:
    """All say the same, and breed the same."""
    breeder, other = Breeder(SPACE, seed=2, population=4), Breeder(SPACE, seed=2, population=4)
    for one in (breeder, other):
        one.ask()
    breeder.tell(ranking, rejected=rejected)
    other.tell("g0-3 > g0-1 = g0-2 ! g0-4")
    assert breeder.ask() == other.ask()
    assert all("g0-4" not in member.parents for member in breeder.ask())


def test_hearts_break_ties() -> None:
    """As in a run: of those tied, who has more loved samples comes first."""
    breeder = Breeder(SPACE, population=4, parents=1)
    breeder.ask()
    breeder.tell("g0-1 = g0-2♥1 = g0-3 = g0-4")
    assert breeder.ask()[0].id == "g0-2"


def test_where_all_are_rejected_nobody_is_a_parent() -> None:
    """The next generation is sampled anew."""
    breeder = Breeder(SPACE, population=3)
    breeder.tell([], rejected=[member.id for member in breeder.ask()])
    assert [member.origin for member in breeder.ask()] == ["newcomer"] * 3


def test_what_was_told_is_learned() -> None:
    """Nothing is known before; then narrow ones are expected to be liked more, and children say why they are there."""
    breeder = Breeder(SPACE, population=8, seed=2)
    for _ in range(3):
        assert (breeder.predict([breeder.ask()[0].genome]) is None) == (breeder.generation == 0)
        breeder.tell(narrow_first(breeder.ask()))
    genome = dict(breeder.ask()[0].genome)
    told = breeder.predict([genome | {"units": 8}, genome | {"units": 900}])
    assert told is not None
    assert told[0][0] > told[1][0]
    assert all(deviation > 0 for _, deviation in told)
    assert sum("liked more than" in member.why for member in breeder.ask()) >= 5
    assert Breeder.from_state(json.loads(json.dumps(breeder.state()))).ask() == breeder.ask()


def test_features_are_learned_from() -> None:
    """Of samples that are dense and liked: whoever has such is expected to be liked more, whatever its genes."""
    breeder = Breeder(SPACE, population=8)
    names = [member.id for member in breeder.ask()]
    features = {name: [{"density": place}, {"density": place + 1}] for place, name in enumerate(names)}
    breeder.tell(names[::-1], features=features)
    assert breeder.state()["generations"][0]["features"][names[1]] == [{"density": 1.0}, {"density": 2.0}]
    told = breeder.predict([member.genome for member in Breeder(SPACE, population=8).ask()])
    assert told is not None
    assert [liking for liking, _ in told] == sorted(liking for liking, _ in told)


def test_without_taste_nothing_is_expected() -> None:
    """Children come from selection, crossover and mutation alone."""
    breeder = Breeder(SPACE, population=3, taste=False)
    breeder.tell(narrow_first(breeder.ask()))
    assert breeder.predict([breeder.ask()[0].genome]) is None


# --- failures --------------------------------------------------------------------------------------------------------


def test_whoever_fails_is_replaced_in_the_same_slot() -> None:
    """By a fresh genome that may fail in turn; the others stay, and a child may descend from a replacement."""
    breeder = Breeder(SPACE, seed=5, population=4)
    before = breeder.ask()
    breeder.fail(["g0-4"])
    breeder.fail(["g0-2"])
    first = breeder.ask()
    assert [member.id for member in first] == ["g0-1", "g0-2b", "g0-3", "g0-4b"]
    assert (first[0], first[2]) == (before[0], before[2])
    assert (first[1].origin, first[1].parents) == ("replacement", ())
    assert first[1].why == "sampled from the space in place of g0-2, which failed"
    breeder.fail("g0-2b")
    assert [member.id for member in breeder.ask()] == ["g0-1", "g0-2c", "g0-3", "g0-4b"]
    breeder.tell("g0-2c > ...")
    assert breeder.ask()[0].id == "g0-2c"


def test_the_order_in_which_failures_are_told_does_not_matter() -> None:
    """All of a round are replaced in the order of their slots, as a run does."""
    breeders = [Breeder(SPACE, seed=5, population=4) for _ in range(2)]
    for breeder, failed in zip(breeders, (["g0-4", "g0-2"], ["g0-2", "g0-4"]), strict=True):
        breeder.ask()
        breeder.fail(failed)
    assert breeders[0].ask() == breeders[1].ask()


# --- interruption ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_loop_that_is_interrupted_breeds_the_same(every: int) -> None:
    """Between any two calls, through JSON; whether the generation was asked, failed or told."""
    undisturbed, breeder = (Breeder(SPACE, seed=9, groups=["jig", "reel"]) for _ in range(2))
    calls: list[Callable[[Breeder], object]] = [
        lambda one: one.ask(),
        lambda one: one.fail([one.ask()[-1].id]),
        lambda one: one.ask(),
        lambda one: one.tell(narrow_first(one.ask()), features={one.ask()[0].id: [{"x": 1.0}]}),
    ]
    for step, call in enumerate(calls * 3):
        assert call(undisturbed) == call(breeder)
        if step % every == 0:
            breeder = Breeder.from_state(json.loads(json.dumps(breeder.state())))
    assert breeder.ask() == undisturbed.ask()
    assert breeder.state() == undisturbed.state()
    assert breeder.generation == undisturbed.generation == 3


@pytest.mark.parametrize("space", ["quick.yaml", {"genes": GENES}])
def test_a_state_knows_its_space(space: str | dict[str, Any]) -> None:
    """The file need not be there when the loop goes on."""
    breeder = Breeder(space, seed=4, groups=["jig", "reel"], mutation_rate=0.3, taste=False)
    again = Breeder.from_state(breeder.state())
    assert again.state() == breeder.state()
    assert again.ask() == breeder.ask()


def _without_a_founder(state: dict[str, Any]) -> None:
    state["individuals"].pop()


def _with_a_stranger(state: dict[str, Any]) -> None:
    state["generations"][-1]["members"][0] = "g9-9"


def _with_half_a_ballot(state: dict[str, Any]) -> None:
    state["generations"][0]["ballot"]["tiers"].pop()


def _with_a_gap(state: dict[str, Any]) -> None:
    state["generations"][0]["ballot"] = None


def _with_a_strange_gene(state: dict[str, Any]) -> None:
    for individual in state["individuals"]:
        individual["genome"]["genes"].append(["depth", 1])


def _with_a_wild_value(state: dict[str, Any]) -> None:
    for individual in state["individuals"]:
        individual["genome"]["genes"][1][1] = 10**6


@pytest.mark.parametrize(
    "damage",
    [
        dict.clear,
        lambda state: state.pop("plan"),
        lambda state: state.update(space_text="genes: {}"),
        lambda state: state["plan"].update(population=-1),
        _without_a_founder,
        _with_a_stranger,
        _with_half_a_ballot,
        _with_a_gap,
        _with_a_strange_gene,
        _with_a_wild_value,
    ],
)
def test_a_state_that_is_not_whole_is_refused(damage: Callable[[dict[str, Any]], object]) -> None:
    """In a line, and before anything is bred from it."""
    breeder = Breeder(SPACE, population=3)
    told(breeder, 1)
    state = breeder.state()
    damage(state)
    with pytest.raises(EvolveError):
        Breeder.from_state(state)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def kept() -> str:
    """The state of a breeder that was told two generations, as JSON."""
    breeder = Breeder(SPACE, population=2)
    told(breeder, 2)
    return json.dumps(breeder.state())


@given(data=st.data(), value=JSON)
def test_rubbish_in_a_state_is_told_or_harmless(kept: str, data: st.DataObject, value: object) -> None:
    """Whatever stands where something of it was: an `EvolveError`, or a breeder that can be asked."""
    state: Any = json.loads(kept)
    inner, key = state, data.draw(st.sampled_from(sorted(state)))
    while isinstance(inner[key], dict | list) and inner[key] and data.draw(st.booleans()):
        inner = inner[key]
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    inner[key] = value
    try:
        assert Breeder.from_state(state).ask()
    except EvolveError:
        return


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda one: one.tell(["g0-1", "g0-2"]), "tell: no generation was asked for yet; call ask first"),
        (lambda one: one.fail(["g0-1"]), "fail: no generation was asked for yet; call ask first"),
    ],
)
def test_nothing_can_be_told_before_it_was_asked(call: Callable[[Breeder], object], said: str) -> None:
    """Nobody is there yet."""
    with pytest.raises(EvolveError) as error:
        call(Breeder(SPACE))
    assert str(error.value) == said


MISTAKES: dict[str, tuple[Callable[[Breeder], object], str]] = {
    "an unknown id": (
        lambda one: one.tell(["g0-1", "g0-2", "g0-33"]),
        'no candidate is called "g0-33"; did you mean "g0-3"?; allowed: g0-1, g0-2, g0-3',
    ),
    "a missing id": (
        lambda one: one.tell(["g0-1", "g0-2"]),
        'the order leaves out g0-3; name every candidate, or end with "> ..." to tie the rest last',
    ),
    "an id twice": (
        lambda one: one.tell(["g0-1", ["g0-2", "g0-3"]], rejected=["g0-1"]),
        "the order names g0-1 more than once; name each candidate once",
    ),
    "an empty tier": (
        lambda one: one.tell([["g0-1", "g0-2", "g0-3"], []]),
        "a ballot has an empty tier; each tier names at least one candidate",
    ),
    "the rest before others": (
        lambda one: one.tell(["...", "g0-1"]),
        "\"...\" stands for all the rest and must be the last tier, as in \"A > B > ...\"; got ['...', 'g0-1']",
    ),
    "an order and rejected": (
        lambda one: one.tell("g0-1 > ...", rejected=["g0-2"]),
        'an order as text names the rejected itself, behind "!", as in "C > A ! D"',
    ),
    "numbers": (
        lambda one: one.tell([1, 2, 3]),  # type: ignore[list-item]
        'a ranking is a list of names, best first, or of lists of those tied, as in ["C", ["A", "B"]]; got [1, 2, 3]',
    ),
    "features of nobody": (
        lambda one: one.tell("g0-1 > ...", features={"g0-9": []}),
        'tell: features: no such member is called "g0-9"; allowed: g0-1, g0-2, g0-3; did you mean "g0-3"?',
    ),
    "features that are no numbers": (
        lambda one: one.tell("g0-1 > ...", features={"g0-1": {"density": 1}}),  # type: ignore[dict-item]
        'tell: features are numbers by name of each sample, as in {"g0-3": [{"density": 0.4}, {"density": 0.5}]}',
    ),
    "features that are not finite": (
        lambda one: one.tell("g0-1 > ...", features={"g0-1": [{"density": float("nan")}]}),
        "tell: a feature is not finite; leave it out",
    ),
    "a failure of nobody": (
        lambda one: one.fail(["g0-1", "g1-1"]),
        'fail: no such member is called "g1-1"; allowed: g0-1, g0-2, g0-3; did you mean "g0-1"?',
    ),
    "a genome of another space": (
        lambda one: one.predict([{"depth": 1}]),
        'the space has no gene "depth"; allowed: cell, units, rate, mix',
    ),
    "a genome with a gene too few": (
        lambda one: one.predict([{"cell": "lstm"}]),
        "no genome of the space: units is missing; allowed: 8 … 900, log",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_and_changes_nothing(name: str) -> None:
    """What, where and what is allowed; the generation can be told rightly afterwards."""
    call, said = MISTAKES[name]
    breeder = Breeder(SPACE, population=3)
    before = breeder.ask()
    with pytest.raises(EvolveError) as error:
        call(breeder)
    assert str(error.value) == said
    assert breeder.ask() == before
    breeder.tell("g0-1 > ...")


def test_a_generation_is_told_once() -> None:
    """And nobody of it fails afterwards; nor is one told whose failures are not replaced, nor does an elite fail."""
    breeder = Breeder(SPACE, population=3)
    breeder.ask()
    breeder.fail(["g0-2"])
    with pytest.raises(EvolveError, match=r"^tell: g0-2 failed; ask for replacements first$"):
        breeder.tell("g0-1 > ...")
    with pytest.raises(EvolveError, match=r'^fail: no such member is called "g0-2"; allowed: g0-1, g0-3'):
        breeder.fail(["g0-2"])
    breeder.ask()
    breeder.tell("g0-1 > ...")
    with pytest.raises(EvolveError, match=r"^tell: generation 0 was told already; ask for the next first$"):
        breeder.tell("g0-1 > ...")
    with pytest.raises(EvolveError, match=r"^fail: generation 0 was told already; ask for the next first$"):
        breeder.fail(["g0-1"])
    breeder.ask()
    with pytest.raises(EvolveError, match=r'^fail: no such member is called "g0-1"; allowed: g1-2, g1-3'):
        breeder.fail(["g0-1"])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Breeder(SPACE, population=0), "Breeder: population must be greater than or equal to 1"),
        (lambda: Breeder(SPACE, population=4, parents=5), "Breeder: parents is 5, but at most 4 fit: the population"),
        (lambda: Breeder(SPACE, population=4, elites=4), "Breeder: elites is 4, but at most 3 fit"),
        (lambda: Breeder(SPACE, exploration=1.5), "Breeder: exploration must be less than or equal to 1"),
        (lambda: Breeder(SPACE, seed=-1), "Breeder: seed must be greater than or equal to 0"),
    ],
)
def test_settings_have_the_limits_of_a_run(made: Callable[[], Breeder], said: str) -> None:
    """Told as those of the command line are."""
    with pytest.raises(EvolveError) as error:
        made()
    assert str(error.value).startswith(said)


def test_a_space_that_is_too_small_is_told() -> None:
    """At once where the population does not fit, else when its last genome was born; what was told stays told."""
    two = {"genes": {"cell": {"type": "choice", "values": ["lstm", "gru"]}}}
    with pytest.raises(EvolveError, match="holds 2 genomes, fewer than the population of 3"):
        Breeder(two, population=3)
    breeder = Breeder(two, population=2)
    breeder.tell([member.id for member in breeder.ask()])
    with pytest.raises(EvolveError, match="the search space is exhausted"):
        breeder.ask()
    assert breeder.generation == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _: evolve.Breeder(GENES_OF_ONE, groups=5), r'groups=5: must be names, such as \["jig", "reel"\]'),  # type: ignore[arg-type]
        (lambda _: evolve.Breeder(GENES_OF_ONE, groups="jig"), "groups='jig': must be names"),
        (lambda _: evolve.Breeder(GENES_OF_ONE, taste="much"), "taste='much': must be True or False"),  # type: ignore[arg-type]
        (lambda _: evolve.Breeder(GENES_OF_ONE, population=99), "give population=9 or less"),
        (lambda breeder: breeder.fail(5), "ids=5: must be ids"),
        (lambda breeder: breeder.tell("g0-1 > ...", 5), "rejected=5: must be names"),
        (lambda breeder: breeder.tell("g0-1 > ...", (), 5), "features=5: must be numbers of each sample"),
        (lambda breeder: breeder.predict(5), "genomes=5: must be a list of genomes"),
        (lambda breeder: breeder.predict([5]), "genome=5: must be a dictionary of genes"),
        (lambda _: evolve.load_space(GENES_OF_ONE).sample("x"), "rng='x': must be a seed of 0 or more"),  # type: ignore[arg-type]
        (lambda _: evolve.load_space(GENES_OF_ONE).sample(-1), "rng=-1: must be a seed of 0 or more"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_told(call: Callable[[evolve.Breeder], object], said: str) -> None:
    """By its name, with what came and what is allowed; nothing is told of it else."""
    breeder = evolve.Breeder(GENES_OF_ONE, population=3)
    breeder.ask()
    with pytest.raises(evolve.EvolveError, match=said):
        call(breeder)


def test_breeders_and_members_show_themselves_in_a_line() -> None:
    """A member with its genes."""
    breeder = evolve.Breeder(GENES_OF_ONE, seed=7, population=3)
    member = breeder.ask()[0]
    assert repr(member) == f"Member(g0-1, founder: size {member.genome['size']})"
    assert repr(breeder) == "Breeder(mapping, generation 0)"
