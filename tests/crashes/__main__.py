"""Prints the crash matrix; ends with 1 if money was lost, doubled or left without its reason."""

import sys

from bench.__main__ import prepare


def main() -> int:
    """Play and print."""
    prepare()
    from tests.crashes.matrix import playing

    print("| Point | Killed | At the provider | Here | Payments | Receipts | Permit | Books |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- | --- |")
    all_well = True
    with playing() as matrix:
        for one in matrix.played():
            all_well &= one.is_well
            books = "balanced, proven" if not one.differences else f"{one.differences} differ"
            print(
                f"| {one.point.text} | {one.point.killed or 'nobody'} | {_money(one.provider_minor)} "
                f"| {_money(one.ours_minor)} | {one.payments} | {one.receipts} | {one.permit} "
                f"| {books if one.is_well else f'NOT WELL: {books}'} |",
                flush=True,
            )
        sold, counted = matrix.sold_and_counted()
    print(f"\n{sold} permits sold, {counted} places counted as taken.")
    all_well &= sold == counted
    print("Nothing was lost." if all_well else "Something is NOT WELL.")
    return 0 if all_well else 1


def _money(minor: int) -> str:
    return f"{minor / 100:.2f}"


if __name__ == "__main__":
    sys.exit(main())
