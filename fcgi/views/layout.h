#pragma once

#include <ctemplate/template.h>

#include <string>

#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// One page before it is expanded to HTML: the layout, for a signed-in person the settings, and inside them the content.
// The caller fills the content. The constructors set the values that every template may name: the tenant and the form
// token. Values that are the same on every page are filled in when the templates are loaded: the static files' address
// and the script's strings. Used by one thread.
class Layout {
public:
    // `content` is the file name of the content's template.
    Layout(const std::string& title, const std::string& tenantName, const char* content);
    Layout(const std::string& title, const Chrome&, const char* content);

    // Owned by this.
    ctemplate::TemplateDictionary& content() { return *content_; }
    const ctemplate::TemplateDictionary& layout() const { return layout_; }

private:
    ctemplate::TemplateDictionary layout_;
    ctemplate::TemplateDictionary* content_;
};

}  // namespace claviger::fcgi
