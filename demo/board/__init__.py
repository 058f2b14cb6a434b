"""The board: people, boards, columns, cards."""
