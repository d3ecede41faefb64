/**
 * Deals cards in random order, each as often as it is in the deck, then shuffles anew.
 * Compared with drawing lots, a rare card never stays away for long.
 */
export function deck<Card>(cards: readonly Card[]): () => Card {
  let left: Card[] = [];
  return () => {
    if (left.length === 0) left = shuffled(cards);
    const card = left.pop();
    if (card === undefined) throw new Error('a deck needs at least one card');
    return card;
  };
}

function shuffled<Card>(cards: readonly Card[]): Card[] {
  return cards
    .map((card) => ({ card, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ card }) => card);
}
