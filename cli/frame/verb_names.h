#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace claviger::cli {

// Returns the words that may follow `group`: "create", "list". For the tool itself that `./claviger` started, the verbs
// of that launcher are the last ones; it names them in the variable LAUNCHER_VERBS.
std::vector<std::string> verbsAfter(const CLI::App& group);

// Returns the words with commas between them.
std::string listed(const std::vector<std::string>& words);

// Describes a word that is none of the verbs after `words` ("claviger tenant"). Names the nearest verb if the word
// looks like a misspelling, and all.
std::string noSuchVerb(const std::string& words, const std::string& word, const std::vector<std::string>& verbs);

}  // namespace claviger::cli
