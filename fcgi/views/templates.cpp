#include "fcgi/views/templates.h"

#include <Poco/String.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_modifiers.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "fcgi/views/layout.h"
#include "fcgi/views/static_url.h"

namespace claviger::fcgi {
namespace {

constexpr auto kLayout = "layout.tpl";
constexpr auto kStrings = "strings.json";
constexpr std::size_t kUsualPage = 16 * 1024;
constexpr const char* kTemplates[] = {kLayout,       "settings.tpl",     "login.tpl",         "keys.tpl",
                                      "new_key.tpl", "new_key_form.tpl", "confirm.tpl",       "confirm_form.tpl",
                                      "reveal.tpl",  "revealed_key.tpl", "already_shown.tpl", "error.tpl"};

std::string textOfFile(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in || text.empty()) throw std::runtime_error("the file " + file.string() + " is missing or empty");
    return text;
}

// Fills in the values that are the same on every page. Escaping them takes longer than the rest of a page, so it is
// done only once.
std::string withConstants(std::string text, const std::string& strings) {
    Poco::replaceInPlace(text, std::string("{{STATIC_URL}}"), std::string(kStaticUrl));
    Poco::replaceInPlace(text, std::string("{{STRINGS}}"), strings);
    return text;
}

std::string escaped(const std::string& text) {
    std::string html;
    ctemplate::StringEmitter emitter(&html);
    ctemplate::html_escape.Modify(text.data(), text.size(), nullptr, &emitter, "");
    return html;
}

}  // namespace

Templates::Templates(const std::filesystem::path& folder) : cache_(std::make_unique<ctemplate::TemplateCache>()) {
    const auto strings = escaped(textOfFile(folder / kStrings));
    for (const auto* name : kTemplates)
        if (!cache_->StringToTemplateCache(name, withConstants(textOfFile(folder / name), strings),
                                           ctemplate::STRIP_BLANK_LINES))
            throw std::runtime_error("the template " + (folder / name).string() + " is broken");
    cache_->Freeze();
}

Templates::~Templates() = default;

std::string Templates::expand(Layout& page) const {
    std::string html;
    html.reserve(kUsualPage);
    // If it fails, `html` may hold a part of the page: no page is better than half of one.
    if (!cache_->ExpandNoLoad(kLayout, ctemplate::STRIP_BLANK_LINES, &page.layout(), nullptr, &html))
        throw std::runtime_error("a template could not be expanded");
    return html;
}

}  // namespace claviger::fcgi
