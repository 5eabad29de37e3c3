// JSON that no honest client sends. A body that is no object is refused as a whole, and nothing is stored.
#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/test_service.h"

namespace claviger::tests {
namespace {

using namespace std::string_literals;

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

class HostileJsonTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HostileJsonTest);
    CPPUNIT_TEST(refusesAMemberThatStandsTwice);
    CPPUNIT_TEST(refusesWhatIsNotOneJsonObject);
    CPPUNIT_TEST(refusesWhatNestsTooDeeply);
    CPPUNIT_TEST(refusesANameOfAnyOtherType);
    CPPUNIT_TEST(refusesANameThatIsNoText);
    CPPUNIT_TEST(endsNoMembersNameAtANul);
    CPPUNIT_TEST(takesStrangeButHonestBodies);
    CPPUNIT_TEST(readsTenThousandAndOneMembersQuickly);
    CPPUNIT_TEST(needsNoBodyToRegenerateAndReadsNone);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { owner_.emplace(tenant_.signedIn()); }

    void refusesAMemberThatStandsTwice() {
        expect("invalid_json",
               {R"({"name":"a","name":"b"})", R"({"name":"a","name":"a"})", R"({"name":1,"name":"b"})",
                R"({"name":"a","n\u0061me":"b"})", R"({"name":"a","x":{"y":1,"y":2}})",
                R"({"name":"a","x":[{"y":1,"y":2}]})", R"({"x":1,"name":"a","x":2})", R"({"name":"a","":1,"":2})"});
    }

    void refusesWhatIsNotOneJsonObject() {
        expect("invalid_json", {"",
                                " ",
                                "\0"s,
                                "{",
                                "}",
                                "{}{}",
                                R"({"name":"a"}{"name":"b"})",
                                R"({"name":"a"},)",
                                R"({"name":"a"} trailing)",
                                "{\"name\":\"a\"}\0"s,
                                "{\"name\":\"a\"}\0garbage"s,
                                "\xEF\xBB\xBF{\"name\":\"a\"}",
                                "\xFF\xFE{\0"s,
                                R"([{"name":"a"}])",
                                R"("name")",
                                "7",
                                "true",
                                "null",
                                "NaN",
                                R"({"name":"a",})",
                                R"({name:"a"})",
                                R"({"name":"a"/**/})",
                                R"({"name":"a"}//)",
                                R"({"name":"a","x":01})",
                                R"({"name":"a","x":+1})",
                                R"({"name":"a","x":.5})",
                                R"({"name":"a","x":NaN})",
                                R"({"name":"a","x":Infinity})",
                                R"({"name":"a","x":0x10})",
                                R"({"name":"a","x":1e400})",
                                R"({"name":"a","x":-1e400})",
                                R"({"name":"\x41"})",
                                R"({"name":"\u00"})",
                                R"({"name":"\u00zz"})",
                                R"({"name":"a)",
                                R"({"name":"a\)",
                                "{\"name\":\"a\nb\"}",
                                "{\"name\":\"a\0b\"}"s,
                                "{\"name\"\0:\"a\"}"s,
                                R"({"name" "a"})",
                                R"({"name":})",
                                R"({:"a"})",
                                R"({"name":"a"]})",
                                R"({"name":"a" "x":1})"});
    }

    void refusesWhatNestsTooDeeply() {
        for (const int depth : {16, 17, 128, 129, 10'000, 30'000}) {
            expect("invalid_json", {"{\"name\":\"a\",\"x\":" + repeated("[", depth) + repeated("]", depth) + "}",
                                    "{\"name\":\"a\",\"x\":" + repeated("[", depth), repeated("[", depth)});
        }
        expect("invalid_json", {repeated("{\"x\":", 12'000), repeated("{\"x\":", 17) + "1" + repeated("}", 17)});
    }

    void refusesANameOfAnyOtherType() {
        expect("name_required",
               {"{}", R"({"name":null})", R"({"name":true})", R"({"name":0})", R"({"name":-1})",
                R"({"name":9223372036854775807})", R"({"name":9223372036854775808})",
                R"({"name":18446744073709551616})", R"({"name":-9223372036854775809})", R"({"name":1.5})",
                R"({"name":["a"]})", R"({"name":{"name":"a"}})", R"({"x":{"name":"a"}})", R"({"Name":"a"})",
                R"({"name ":"a"})", R"({"name":""})", "{\"name\":\"\xE2\x80\x83\"}"});
    }

    void refusesANameThatIsNoText() {
        expect("name_invalid", {R"({"name":"\u0000"})", R"({"name":"a\u0000b"})", R"({"name":"a\u0000"})",
                                R"({"name":"\ud800"})", R"({"name":"\udc00"})", R"({"name":"\udc00\ud800"})",
                                R"({"name":"\ud83d\ud83d"})", R"({"name":"\uD83Dx"})", R"({"name":"\u001b[2J"})",
                                R"({"name":"\u0085a\u0085b"})", R"({"name":"a\u007f"})", "{\"name\":\"\xC0\xAF\"}",
                                "{\"name\":\"\xED\xA0\x80\"}", "{\"name\":\"\xF4\x90\x80\x80\"}",
                                "{\"name\":\"\xE2\x82\"}", "{\"name\":\"\x80\"}", "{\"name\":\"\xFF\"}"});
    }

    void endsNoMembersNameAtANul() {
        for (const auto* body : {R"({"name\u0000x":"a"})", R"({"name\u0000":"a"})"}) expect("invalid_json", {body});
    }

    void takesStrangeButHonestBodies() {
        const std::pair<std::string, std::string> bodies[] = {
            {" \t\r\n{ \"name\" : \"spaces\" } \n", "spaces"},
            {R"({"\u006e\u0061me":"escaped"})", "escaped"},
            {R"({"name":"\ud83d\udd11"})", "\xF0\x9F\x94\x91"},
            {R"({"name":"\\u0000"})", "\\u0000"},
            {R"({"name":"\\\\ud800"})", "\\\\ud800"},
            {R"({"name":"numbers","a":9223372036854775808,"b":-0,"c":1e3})", "numbers"},
            {R"({"name":"huge","a":1e308,"b":-1e308})", "huge"},
            {R"({"name":"deep","x":[[[[[[[[[[1]]]]]]]]]]})", "deep"},
            {R"({"x":{"name":"inner"},"name":"outer","y":[{"name":"other"}]})", "outer"},
            {R"({"name":"two","x":[{"y":1},{"y":1}]})", "two"},
        };
        for (const auto& [body, name] : bodies) {
            const auto answer = owner_->postJson("/api/api-keys", body);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body + answer.body(), 201, answer.status());
            CPPUNIT_ASSERT_EQUAL(name, answer.text("name"));
        }
    }

    void readsTenThousandAndOneMembersQuickly() {
        std::string members;
        for (int i = 0; i < 10'001; ++i) members += ",\"" + std::to_string(i) + "\":0";
        const auto start = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT_EQUAL(201, owner_->postJson("/api/api-keys", "{\"name\":\"many\"" + members + "}").status());
        expect("invalid_json", {"{\"name\":\"again\"" + members + ",\"7\":0}"});
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
    }

    void needsNoBodyToRegenerateAndReadsNone() {
        auto key = makeKey(*owner_, "renewed");
        for (const auto& body : {""s, "{"s, repeated("[", 30'000), "\0\xFF"s, R"({"name":"another"})"s}) {
            const auto answer = owner_->postJson("/api/api-keys/" + key.id, body);
            CPPUNIT_ASSERT_EQUAL(200, answer.status());
            CPPUNIT_ASSERT_EQUAL("renewed"s, answer.text("name"));
            key.id = answer.text("id");
        }
    }

private:
    void expect(const std::string& code, const std::vector<std::string>& bodies) {
        const auto stored = tenant_.count("api_keys"), audited = tenant_.count("audit_events");
        for (const auto& body : bodies) {
            const auto answer = owner_->postJson("/api/api-keys", body);
            const auto label = body.substr(0, 60);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(label, 400, answer.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(label, code, answer.text("code"));
        }
        CPPUNIT_ASSERT_EQUAL(stored, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(audited, tenant_.count("audit_events"));
    }

    TestTenant tenant_;
    std::optional<Browser> owner_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(HostileJsonTest);

}  // namespace claviger::tests
