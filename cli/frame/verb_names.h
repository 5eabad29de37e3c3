#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace claviger::cli {

// Returns the words that may follow `group`: "create", "list". For the tool itself that `./claviger` started, the verbs
// of that launcher are the last ones; it names them in the variable LAUNCHER_VERBS.
std::vector<std::string> verbsAfter(const CLI::App& group);

// Returns the words with commas between them; empty for no word. Thread-safe.
std::string listed(const std::vector<std::string>& words);

// Whether an unknown word may be repeated in a message. A misspelt name may. A value may not, since it may be a secret.
bool isNameLike(std::string_view word, std::size_t longest);

// Describes a word that is none of the verbs after `words` ("claviger tenant"). Names all verbs, and the nearest one if
// the word looks like a misspelling. Repeats the word only if it is like a name.
std::string noSuchVerb(const std::string& words, const std::string& word, const std::vector<std::string>& verbs);

}  // namespace claviger::cli
