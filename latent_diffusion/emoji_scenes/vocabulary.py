"""The words of emoji scenes: nouns with their Noto Emoji glyphs, colours, sizes, places and relations."""

from __future__ import annotations

NOUNS: dict[str, str] = {
    "airplane": "✈", "apple": "🍎", "balloon": "🎈", "banana": "🍌", "basketball": "🏀", "bear": "🐻",
    "bee": "🐝", "bell": "🔔", "bird": "🐦", "boat": "⛵", "book": "📕", "broccoli": "🥦",
    "bus": "🚌", "butterfly": "🦋", "cactus": "🌵", "cake": "🎂", "camera": "📷", "car": "🚗",
    "carrot": "🥕", "castle": "🏰", "cat": "🐱", "chair": "🪑", "cheese": "🧀", "cherry": "🍒",
    "chicken": "🐔", "clock": "⏰", "cookie": "🍪", "corn": "🌽", "cow": "🐮", "crab": "🦀",
    "crown": "👑", "cup": "☕", "diamond": "💎", "dog": "🐶", "dress": "👗", "drum": "🥁",
    "duck": "🦆", "elephant": "🐘", "fire": "🔥", "fish": "🐟", "flower": "🌸", "football": "⚽",
    "fox": "🦊", "frog": "🐸", "gift": "🎁", "grapes": "🍇", "guitar": "🎸", "hammer": "🔨",
    "hat": "🎩", "heart": "❤", "helicopter": "🚁", "horse": "🐴", "house": "🏠", "key": "🔑",
    "ladybug": "🐞", "lamp": "💡", "leaf": "🍁", "lemon": "🍋", "lion": "🦁", "lock": "🔒",
    "magnet": "🧲", "monkey": "🐵", "moon": "🌙", "mouse": "🐭", "mushroom": "🍄", "octopus": "🐙",
    "owl": "🦉", "panda": "🐼", "pear": "🍐", "pencil": "✏", "penguin": "🐧", "pig": "🐷",
    "pineapple": "🍍", "pizza": "🍕", "pumpkin": "🎃", "rabbit": "🐰", "robot": "🤖", "rocket": "🚀",
    "rose": "🌹", "scissors": "✂", "shirt": "👕", "shoe": "👟", "snail": "🐌", "snake": "🐍",
    "snowman": "⛄", "spider": "🕷", "star": "⭐", "strawberry": "🍓", "sun": "☀", "sunflower": "🌻",
    "tiger": "🐯", "tomato": "🍅", "train": "🚂", "tree": "🌳", "trophy": "🏆", "truck": "🚚",
    "turtle": "🐢", "umbrella": "☂", "watermelon": "🍉", "whale": "🐳",
}  # fmt: skip
"""One hundred everyday nouns, each with the character whose glyph shows it."""

NOUN_NAMES: tuple[str, ...] = tuple(NOUNS)

TINTS: dict[str, float] = {
    "red": 0.0, "orange": 0.075, "yellow": 0.14, "green": 0.33, "blue": 0.6, "purple": 0.76, "pink": 0.9,
}  # fmt: skip
"""Colours an object can be asked for in, as the hue (turns, HSV) that its saturated pixels take."""

TINTABLE: tuple[str, ...] = (
    "apple", "balloon", "bell", "bird", "book", "butterfly", "car", "chair", "crown", "dress", "drum", "fish",
    "flower", "frog", "gift", "guitar", "hat", "heart", "house", "key", "leaf", "lock", "mushroom", "octopus",
    "rocket", "rose", "shirt", "shoe", "star", "train", "tree", "truck", "umbrella",
)  # fmt: skip
"""Nouns that keep their look when their hue is turned."""

BACKGROUNDS: dict[str, tuple[int, int, int]] = {
    "white": (248, 248, 246), "grey": (168, 170, 174), "black": (34, 34, 38), "blue": (118, 172, 232),
    "green": (142, 204, 132), "yellow": (250, 226, 128), "pink": (248, 188, 206), "purple": (184, 160, 224),
    "orange": (250, 184, 116), "brown": (156, 120, 92), "teal": (98, 190, 184), "red": (226, 116, 108),
}  # fmt: skip
"""Colours a background can have, as 8-bit RGB."""

SIZES: dict[str, tuple[float, float]] = {"small": (0.26, 0.36), "": (0.34, 0.56), "large": (0.54, 0.72)}
"""Size words and the range of the longer side of an object that goes by them, as a part of the picture."""

RELATIONS: tuple[str, ...] = ("left of", "right of", "above", "below")

PLACES: tuple[str, ...] = (
    "at the top left", "at the top", "at the top right",
    "on the left", "in the centre", "on the right",
    "at the bottom left", "at the bottom", "at the bottom right",
)  # fmt: skip
"""The nine cells of the picture, row by row."""

COUNTS: dict[int, str] = {2: "two", 3: "three", 4: "four"}


UNCOUNTED: tuple[str, ...] = ("grapes", "scissors", "broccoli", "cheese", "corn", "fire", "sun", "moon")
"""Nouns that captions never count."""

WITHOUT_ARTICLE: tuple[str, ...] = ("grapes", "scissors", "broccoli", "cheese", "corn")
"""Nouns that captions name without `a` or `an`."""

IRREGULAR_PLURALS: dict[str, str] = {"fish": "fish", "leaf": "leaves", "mouse": "mice"}


def plural(noun: str) -> str:
    """Return the plural of a noun: `cats`, `buses`, `cherries`, `mice`."""
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch")) else "s")
