#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/model/api_key.h"

namespace claviger::fcgi {

class Templates;

// The content of the pages: a view struct goes in, HTML comes out. No rule, no query and no clock is in a template.

// The frame of every page of a signed-in person.
struct Chrome {
    std::string tenantName;
    std::string email;
    std::string user;  // the person's id; once another person is signed in, the page's actions are refused
    std::string csrf;  // the form token of this session
};

struct LoginPage {
    std::string tenantName;
    std::string csrf;
    std::string callbackUrl;
    std::string email;  // as typed before
    std::string error;  // empty: none
    bool sessionEnded;  // a form was sent after its session had ended
};

struct KeysPage {
    Chrome chrome;
    std::vector<domain::ApiKey> keys;  // newest first
    domain::Timestamp now;             // decides which keys have expired
    std::string search;                // empty: all keys are shown
    std::size_t limit;                 // the most active keys of a user
    std::string meUrl;                 // the URL of this host's /v1/me, for the ready curl line
};

// The expiry of a new key, as its form chooses it.
struct ExpiryChoice {
    std::string expires;    // empty: never; a number of days; or "date"
    std::string expiresOn;  // that date
};

struct NewKeyPage {
    enum class Field { kName, kExpiry };

    Chrome chrome;
    std::string once;
    std::string name{};  // as typed before
    ExpiryChoice expiry{};
    std::string error{};           // empty: none
    Field errorAt = Field::kName;  // the field that the error is about
};

// The lifetimes that the form offers, in days.
inline constexpr int kLifetimes[] = {7, 30, 90, 365};

enum class Reveal { kCreated, kRegenerated };

struct RevealPage {
    Chrome chrome;
    Reveal reveal;
    std::string name;
    std::string fullKey;  // no other page shows it
    std::string meUrl;
};

// A form was sent again; its key has been shown in full before.
struct AlreadyShownPage {
    Chrome chrome;
    std::optional<domain::ApiKey> key;  // that key; nullopt once it is revoked
};

struct ConfirmPage {
    Chrome chrome;
    std::string once;
    domain::ApiKey key;
    std::string error;  // empty: none
};

struct ErrorPage {
    int status;
    std::string text;
    std::string requestId;
    std::string advice{};  // replaces the link to the keys, where that leads to the same error; empty: the link
};

// The pages of templates/, loaded and checked at construction, unchanged afterwards. Each method returns a whole HTML
// document, and throws std::runtime_error if it cannot be expanded. Thread-safe.
class Pages {
public:
    // Throws std::runtime_error, naming the template, if one is missing or broken.
    explicit Pages(const std::filesystem::path& templatesFolder);
    ~Pages();

    std::string login(const LoginPage&) const;
    std::string keys(const KeysPage&) const;
    std::string newKey(const NewKeyPage&) const;
    std::string reveal(const RevealPage&) const;
    std::string alreadyShown(const AlreadyShownPage&) const;
    std::string confirm(const ConfirmPage&) const;
    std::string error(const ErrorPage&) const;

private:
    std::unique_ptr<Templates> templates_;
};

}  // namespace claviger::fcgi
