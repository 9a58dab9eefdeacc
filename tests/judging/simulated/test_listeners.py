"""Simulated listeners: they rank by a hidden taste, as far as their noise lets them."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import SettingsError
from evolve.genetics.gene import Gene, GeneKind
from evolve.genetics.space import SearchSpace
from evolve.judging.simulated.listeners import CONTRARY, KINDS, LAZY, SimulatedListener
from evolve.judging.simulated.traits import Member, Trait, random_members
from evolve.randomness import derive_rng
from evolve.search.simulated_listeners import gene_traits
from tests.genetics.drawing import spaces

kinds = st.sampled_from(sorted(KINDS))

SPACE = SearchSpace(
    (
        Gene("depth", GeneKind.FLOAT, 0.0, 1.0),
        Gene("rate", GeneKind.FLOAT, 1e-4, 1e-1, sampling="log"),
        Gene("width", GeneKind.INT, 8, 64, 8),
        Gene("cell", GeneKind.CHOICE, values=("lstm", "gru", "rnn")),
        Gene("dropout", GeneKind.FLOAT, 0.0, 0.5, parent_name="cell", parent_values=("lstm",)),
        Gene("skips", GeneKind.BOOLEAN, values=(False, True)),
        Gene("diet", GeneKind.SHARES, values=("jig", "reel", "waltz")),
    )
)
TRAITS = gene_traits(SPACE)


def heard(space: SearchSpace, count: int, seed: int = 0) -> dict[str, Member]:
    """Random genomes of a space by id."""
    return {f"g0-{slot}": space.sample(derive_rng(seed, slot)).as_dict() for slot in range(1, count + 1)}


def utilities(listener: SimulatedListener, generation: int = 0) -> np.ndarray:
    """Of many random genomes, others than those that the listener was drawn with."""
    return np.array([listener.utility(one, generation) for one in heard(SPACE, 400, seed=5).values()])


@settings(max_examples=40)
@given(kinds, spaces(), st.integers(0, 1000), st.integers(1, 12), st.integers(0, 30))
def test_without_noise_the_order_is_that_of_utilities(
    kind: str, space: SearchSpace, seed: int, count: int, generation: int
) -> None:
    """Everyone is in it once; a lazy listener ties those behind the second place."""
    listener, members = SimulatedListener.drawn(kind, gene_traits(space), seed=seed), heard(space, count)
    utility = {name: listener.utility(member, generation) for name, member in members.items()}
    tiers, rejected = listener.order(members, generation)
    assert not rejected
    assert sorted(itertools.chain(*tiers)) == sorted(members)
    assert all(math.isfinite(each) for each in utility.values())
    for better, worse in itertools.pairwise(tiers):
        assert min(utility[name] for name in better) > max(utility[name] for name in worse)
    for tier in tiers[:2] if kind == LAZY else tiers:
        assert len({utility[name] for name in tier}) == 1


@settings(max_examples=20)
@given(kinds, spaces(), st.integers(0, 1000), st.floats(0, 3), st.integers(0, 9))
def test_an_order_depends_on_nothing_but_seed_generation_and_who_is_heard(
    kind: str, space: SearchSpace, seed: int, noise: float, generation: int
) -> None:
    """Drawn again, and given the members in another order, the listener ranks as before."""
    members = heard(space, 6)
    backwards = dict(reversed(members.items()))
    one, again = (SimulatedListener.drawn(kind, gene_traits(space), seed=seed, noise=noise) for _ in range(2))
    assert one.order(members, generation) == again.order(backwards, generation)


@pytest.mark.parametrize("kind", KINDS)
def test_utilities_are_in_standard_deviations_over_random_genomes(kind: str) -> None:
    """In later generations too; and two listeners like different things."""
    tastes = [utilities(SimulatedListener.drawn(kind, TRAITS, seed=seed), generation=7) for seed in range(4)]
    for liked in tastes:
        assert liked.mean() == pytest.approx(0, abs=0.3)
        assert liked.std() == pytest.approx(1, abs=0.3)
    assert all(abs(np.corrcoef(one, other)[0, 1]) < 0.95 for one, other in itertools.combinations(tastes, 2))


def test_noise_is_measured_in_the_same_standard_deviations() -> None:
    """With a noise of 1 half of what differs is chance, and it is drawn anew in each generation."""
    listener = SimulatedListener.drawn("additive", TRAITS, seed=3, noise=1.0)
    alike = {f"g0-{slot}": next(iter(heard(SPACE, 1).values())) for slot in range(1, 9)}
    assert len(listener.order(alike)[0]) == 8
    assert listener.order(alike, 0) != listener.order(alike, 1)
    members = heard(SPACE, 300)
    tiers, _ = listener.order(members)
    places = {name: place for place, (name,) in enumerate(tiers)}
    liked = [-listener.utility(member) for member in members.values()]
    told = np.corrcoef(np.argsort(np.argsort(liked)), [places[name] for name in members])[0, 1]
    assert told == pytest.approx(math.sqrt(1 / 2), abs=0.12)


def test_a_lazy_listener_tells_the_best_two_places_apart() -> None:
    """All others are tied."""
    tiers, _ = SimulatedListener.drawn(LAZY, TRAITS, seed=1).order(heard(SPACE, 9))
    assert [len(tier) for tier in tiers] == [1, 1, 7]


def test_the_two_of_a_contrary_pair_want_opposite_things() -> None:
    """Their orders are each other's reverse; their noise is not the same."""
    listener = SimulatedListener.drawn(CONTRARY, TRAITS, seed=1)
    members = heard(SPACE, 9)
    assert listener.opposite.order(members)[0] == listener.order(members)[0][::-1]
    assert listener.opposite.opposite == listener
    loud = SimulatedListener.drawn(CONTRARY, TRAITS, seed=1, noise=50)
    assert loud.opposite.order(members)[0] != loud.order(members)[0][::-1]


def test_a_drifting_taste_is_another_after_ten_generations() -> None:
    """From one to the next it hardly changes."""
    listener = SimulatedListener.drawn("drifting", TRAITS, seed=2)
    first, second, eleventh = (utilities(listener, generation) for generation in (0, 1, 10))
    assert np.corrcoef(first, second)[0, 1] > 0.95
    assert abs(np.corrcoef(first, eleventh)[0, 1]) < 0.2


def test_single_genes_tell_all_of_an_additive_taste_and_half_of_an_interacting_one() -> None:
    """By regression on each gene's value, of numbers their powers too."""
    told = {kind: np.mean([_told_by_genes(kind, seed) for seed in range(3)]) for kind in ("additive", "interacting")}
    assert told["additive"] > 0.85
    assert told["interacting"] < 0.75


def test_a_taste_with_peaks_has_several() -> None:
    """Seen from the genomes that are liked most, small steps lead down in more than one place."""
    line = [Trait(name, lambda rng: float(rng.random()), lambda value: (float(str(value)),)) for name in ("x", "y")]
    found = 0
    for seed in range(6):
        listener = SimulatedListener.drawn("peaks", line, seed=seed)
        grid = np.array([[listener.utility({"x": x / 40, "y": y / 40}) for y in range(41)] for x in range(41)])
        padded = np.pad(grid, 1, constant_values=-np.inf)
        around = [
            padded[1 + dx : 42 + dx, 1 + dy : 42 + dy] for dx, dy in itertools.product((-1, 0, 1), repeat=2) if dx or dy
        ]
        found += int((grid > np.max(around, axis=0)).sum() > 1)
    assert found >= 3


def test_whoever_is_found_too_bad_is_rejected() -> None:
    """Below a utility that the listener was given."""
    listener = SimulatedListener.drawn("additive", TRAITS, seed=1, rejects_below=0.0)
    members = heard(SPACE, 12)
    tiers, rejected = listener.order(members)
    assert rejected == sorted(name for name in members if listener.utility(members[name]) < 0)
    assert rejected
    assert tiers
    assert sorted([*itertools.chain(*tiers), *rejected]) == sorted(members)


def test_features_are_liked_near_a_value() -> None:
    """Three of many; the others, and whatever else is told, do not count."""
    notes = [
        Trait(f"f{place}", lambda rng: float(rng.normal()), lambda value: (float(str(value)),)) for place in "abcde"
    ]
    listener = SimulatedListener.drawn("features", notes, seed=4)
    sample = dict(random_members(notes, derive_rng(1), 1)[0])
    counting = [name for name in sample if listener.utility(sample) != listener.utility({**sample, name: 9.0})]
    assert len(counting) == 3
    assert listener.utility({**sample, "other": 1}) == listener.utility(sample)


@pytest.mark.parametrize(
    ("kind", "noise", "traits", "line"),
    [
        ("additve", 0, TRAITS, 'there is no simulated listener "additve"; did you mean "additive"?; there are'),
        ("additive", -1, TRAITS, "noise=-1: must be at least 0"),
        ("additive", math.nan, TRAITS, "noise=nan: must be at least 0"),
        ("peaks", 0, (), "has nothing to like; give it a gene or a feature"),
    ],
)  # fmt: skip
def test_what_no_listener_can_be_is_told(kind: str, noise: float, traits: tuple[Trait, ...], line: str) -> None:
    """With what is allowed."""
    with pytest.raises(SettingsError) as refused:
        SimulatedListener.drawn(kind, traits, seed=0, noise=noise)
    assert line in str(refused.value)


def _told_by_genes(kind: str, seed: int) -> float:
    """The share of a taste's variance that a sum over the genes tells, without the conditional gene."""
    traits = [trait for trait in TRAITS if trait.name in ("depth", "rate", "width", "cell", "skips")]
    listener = SimulatedListener.drawn(kind, traits, seed=seed)
    members = random_members(traits, derive_rng(9), 1500)
    columns = [[1.0] * len(members)]
    for trait in traits:
        values = [member[trait.name] for member in members]
        if trait.position is None:
            columns += [[float(value == one) for value in values] for one in trait.values]
        else:
            places = [trait.position(value)[0] for value in values]
            columns += [[abs(place - knot / 8) for place in places] for knot in range(9)]
    table, liked = np.array(columns).T, np.array([listener.utility(member) for member in members])
    solved = table @ np.linalg.lstsq(table, liked, rcond=None)[0]
    return float(np.var(solved) / np.var(liked))
