// Every input of the corpus, and some thousand made from it, keep every promise of their target.
#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "tests/fuzz/targets.h"

namespace claviger::tests {
namespace {

constexpr int kVariants = 5'000;  // of each target

std::vector<std::string> corpusOf(const FuzzTarget& target) {
    std::vector<std::string> inputs = {""};
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(CORPUS) / target.name)) {
        std::ifstream in(entry.path(), std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return inputs;
}

// The input with a few bytes changed, doubled, taken out, or replaced by a piece of another one.
std::string variantOf(std::string input, const std::string& other, std::mt19937& random) {
    const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    for (auto changes = 1 + below(4); changes > 0; --changes) {
        const auto at = below(input.size() + 1);
        const auto length = below(std::min<std::size_t>(input.size() - at, 16) + 1);
        switch (below(4)) {
            case 0:
                input.insert(at, 1, static_cast<char>(random()));
                break;
            case 1:
                input.erase(at, length);
                break;
            case 2:
                input.insert(at, input.substr(at, length));
                break;
            default:
                input.replace(at, length, other.substr(below(other.size() + 1), 16));
        }
    }
    return input;
}

}  // namespace

class CorpusTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CorpusTest);
    CPPUNIT_TEST(keepsEveryPromiseForTheCorpus);
    CPPUNIT_TEST(keepsEveryPromiseForVariantsOfTheCorpus);
    CPPUNIT_TEST_SUITE_END();

public:
    void keepsEveryPromiseForTheCorpus() {
        for (const auto& target : fuzzTargets()) {
            const auto corpus = corpusOf(target);
            CPPUNIT_ASSERT_MESSAGE(std::string(target.name) + " has no corpus", corpus.size() > 2);
            for (const auto& input : corpus) CPPUNIT_ASSERT_NO_THROW_MESSAGE(input, target.run(input));
        }
    }

    void keepsEveryPromiseForVariantsOfTheCorpus() {
        for (const auto& target : fuzzTargets()) {
            const auto corpus = corpusOf(target);
            std::mt19937 random(1);  // the same in every run
            for (int i = 0; i < kVariants; ++i) {
                const auto input =
                    variantOf(corpus[random() % corpus.size()], corpus[random() % corpus.size()], random);
                CPPUNIT_ASSERT_NO_THROW_MESSAGE(input, target.run(input));
            }
        }
    }
};
CPPUNIT_TEST_SUITE_REGISTRATION(CorpusTest);

}  // namespace claviger::tests
