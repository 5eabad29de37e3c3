#include "cli/frame/verb_names.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <sstream>

#include "domain/base/spelling.h"

namespace claviger::cli {
namespace {

constexpr auto kLauncherVerbs = "LAUNCHER_VERBS";
constexpr std::size_t kSlip = 2;  // the largest edit distance that counts as a misspelling of a verb

constexpr std::size_t kLongestVerb = 11;  // of an unknown verb: every password is longer

}  // namespace

bool isNameLike(std::string_view word, std::size_t longest) {
    const auto isOfName = [](char c) { return c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return word.size() <= longest && std::all_of(word.begin(), word.end(), isOfName);
}

std::vector<std::string> verbsAfter(const CLI::App& group) {
    std::vector<std::string> verbs;
    for (const auto* verb : group.get_subcommands([](const CLI::App*) { return true; }))
        verbs.push_back(verb->get_name());
    const char* const more = group.get_parent() == nullptr ? std::getenv(kLauncherVerbs) : nullptr;
    std::istringstream words(more == nullptr ? "" : more);
    std::copy(std::istream_iterator<std::string>(words), {}, std::back_inserter(verbs));
    return verbs;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string noSuchVerb(const std::string& words, const std::string& word, const std::vector<std::string>& verbs) {
    if (!isNameLike(word, kLongestVerb)) return "`" + words + "` has no such verb; there are: " + listed(verbs);
    const auto text = "there is no verb `" + words + " " + word + "`; ";
    const auto nearest = std::min_element(verbs.begin(), verbs.end(), [&](const auto& a, const auto& b) {
        return domain::editDistance(a, word) < domain::editDistance(b, word);
    });
    if (nearest == verbs.end() || domain::editDistance(*nearest, word) > kSlip)
        return text + "there are: " + listed(verbs);
    return text + "did you mean \"" + *nearest + "\"? There are: " + listed(verbs);
}

}  // namespace claviger::cli
