// The order of search results in the manual. Sphinx gives a page with a word anywhere nearly the same score as a page
// about the word, and each key and option of the reference more than a page that explains it. Here a page scores higher
// if more of its title is in the query; pages that explain come before the reference, and errors come last.
"use strict";

var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 0, 1: 0, 2: 0 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  // The score of each folder; if several begin a page's name, the longest counts.
  places: {
    "": [10, ""],
    "how-to/": [14, ""],
    "arithmetic/": [12, ""],
    "arithmetic/exercises": [2, ""],
    "start/": [8, ""],
    "homework/": [10, ""],
    "ways/": [8, ""],
    "glossary": [6, ""],
    "known-wrong": [2, ""],
    "gallery": [0, ""],
    "commands": [0, ""],
    "index": [-4, ""],
    "readme": [-6, ""],
    "changelog": [-6, ""],
    "contributing": [-6, ""],
    "reference/": [0, ""],
    "reference/commands/": [6, "command"],
    "reference/kinds/": [2, "layer kind"],
    "reference/questions/": [-2, "question type"],
    "reference/mistakes/": [-4, "mistakes"],
    "reference/json": [-12, "keys of JSON"],
    "reference/errors/": [-16, "errors"],
  },
  optionsAreLess: 8, // a key or an option is less than the page that it stands on
  longestEnding: 3, // letters by which two forms of one word differ
  titleAskedFor: 14, // the whole title was asked for

  score: (result) => {
    const [page, title, anchor, about, score, , kind] = result;
    result[1] = Scorer.unescaped(title);
    const place = Object.keys(Scorer.places)
      .filter((start) => page.startsWith(start))
      .reduce((one, other) => (one.length > other.length ? one : other));
    const [worth, what] = Scorer.places[place];
    if (!about && what) result[3] = what;
    const isPart = kind === "object" && /option|key/.test(anchor);
    const share = Scorer.share(result[1].split(" > ").pop());
    return score + worth + Math.round(Scorer.titleAskedFor * share) - (isPart ? Scorer.optionsAreLess : 0);
  },

  // How much of a title is in the query, from 0 to 1; numbers and small words do not count.
  share: (title) => {
    const asked = Scorer.words(Scorer.query());
    const words = Scorer.words(title);
    const isOf = (long, short) => long.startsWith(short) && long.length - short.length <= Scorer.longestEnding;
    const isAsked = (word) => asked.some((other) => isOf(word, other) || isOf(other, word));
    return words.length ? words.filter(isAsked).length / words.length : 0;
  },

  words: (text) =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}_]+/u)
      .filter((word) => word.length > 2 && !/^\d|^(and|the|for|with)$/.test(word)),

  query: () => new URLSearchParams(window.location.search).get("q") || "",

  // Sphinx writes names with HTML entities, and escapes them again when it shows them.
  unescaped: (text) =>
    [["&lt;", "<"], ["&gt;", ">"], ["&quot;", '"'], ["&#x27;", "'"], ["&amp;", "&"]].reduce(
      (all, [entity, sign]) => all.replaceAll(entity, sign),
      text,
    ),
};
