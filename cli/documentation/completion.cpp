#include "cli/documentation/completion.h"

#include <algorithm>

namespace claviger::cli {
namespace {

struct Word {
    std::string text, purpose;
};

// An option that takes the next word.
struct Taker {
    std::vector<std::string> names, choices;
    bool file;
};

// What may follow the words of one command.
struct Place {
    std::string words;
    std::vector<Word> next, options;
    std::vector<Taker> takers;
    bool file = false;  // an argument that is a file
};

void addOption(Place& place, const CommandOption& option) {
    if (option.positional) {
        for (const auto& choice : option.choices) place.next.push_back({choice, option.purpose});
        place.file = place.file || option.takesFile();
        return;
    }
    for (const auto& name : option.names) place.options.push_back({name, option.purpose});
    if (!option.value.empty()) place.takers.push_back({option.names, option.choices, option.takesFile()});
}

std::vector<Place> placesOf(const std::vector<Command>& commands) {
    std::vector<Place> places;
    for (const auto& command : commands) {
        Place place;
        place.words = command.words;
        for (const auto& inner : commands)
            for (const auto& verb : command.verbs)
                if (inner.words == (command.words.empty() ? "" : command.words + " ") + verb)
                    place.next.push_back({verb, inner.summary()});
        for (const auto& option : command.options) addOption(place, option);
        if (!command.words.empty())  // the tool's own options may stand anywhere
            for (const auto& option : commands.front().options)
                if (option.names.front() != "--help") addOption(place, option);
        places.push_back(std::move(place));
    }
    return places;
}

// Single quotes also protect the text in fish, where only a backslash is special between them. No text of ours has one.
std::string shellQuoted(const std::string& text) {
    std::string result = "'";
    for (const char letter : text) result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return result + "'";
}

template <class Range, class Said>
std::string joined(const Range& range, const char* between, const Said& said) {
    std::string text;
    for (const auto& one : range) text += (text.empty() ? "" : between) + said(one);
    return text;
}

std::string patternOf(const Place& place, const std::vector<std::string>& names, const char* between) {
    return joined(names, between, [&](const auto& name) { return shellQuoted(place.words + " " + name); });
}

std::string takersOf(const std::vector<Place>& places, const char* between) {
    std::vector<std::string> all;
    for (const auto& place : places)
        for (const auto& taker : place.takers) all.push_back(patternOf(place, taker.names, between));
    return joined(all, between, [](const auto& pattern) { return pattern; });
}

// Patterns of "the words so far and the next word", for each next word that is a verb.
std::string stepsOf(const std::vector<Place>& places, const char* between) {
    const std::vector<Place> inner(places.begin() + 1, places.end());
    return joined(inner, between, [](const Place& place) {
        return shellQuoted((place.words.find(' ') == std::string::npos ? " " : "") + place.words);
    });
}

// The common part of the bash and zsh scripts. It reads the words before the word to complete and sets `verb`. It also
// sets `taker` if an option still needs its value. From both it sets `next`, `options` and `files`.
template <class Said>
std::string body(const std::vector<Place>& places, const std::string& wordsBefore, const Said& said) {
    std::string text = "    for each in " + wordsBefore +
                       "; do\n"
                       "        if [[ -n $taker ]]; then\n"
                       "            [[ $each == '=' ]] || taker=''\n"
                       "            continue\n"
                       "        fi\n"
                       "        case \"$verb $each\" in\n"
                       "        " +
                       takersOf(places, " | ") + ") taker=$each ;;\n        " + stepsOf(places, " | ") +
                       ") verb=\"${verb:+$verb }$each\" ;;\n"
                       "        esac\n"
                       "    done\n"
                       "    case $verb in\n";
    for (const auto& place : places)
        text += "    " + shellQuoted(place.words) + ")\n        next=(" + joined(place.next, " ", said) +
                ")\n        options=(" + joined(place.options, " ", said) + ")\n" +
                (place.file ? "        files=yes\n" : "") + "        ;;\n";
    text +=
        "    esac\n    if [[ -n $taker ]]; then\n        next=() options=() files=''\n        case \"$verb $taker\" "
        "in\n";
    for (const auto& place : places)
        for (const auto& taker : place.takers) {
            const auto pattern = "        " + patternOf(place, taker.names, " | ") + ") ";
            if (taker.file) text += pattern + "files=yes ;;\n";
            if (!taker.choices.empty())
                text += pattern + "next=(" +
                        joined(taker.choices, " ",
                               [&](const auto& choice) {
                                   return said(Word{choice, ""});
                               }) +
                        ") ;;\n";
        }
    return text + "        esac\n    fi\n";
}

}  // namespace

std::string bashCompletion(const std::vector<Command>& commands) {
    const auto said = [](const Word& word) { return word.text; };
    return "# Completes the words of `claviger` in bash. Made by `claviger completion bash`.\n"
           "_claviger() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} verb='' taker='' files='' each\n"
           "    local -a next=() options=()\n" +
           body(placesOf(commands), "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"", said) +
           "    [[ $word != '=' ]] || word=''\n"
           "    [[ $word != -* && ( ${#next[@]} -gt 0 || -n $files ) ]] || next=(\"${options[@]}\")\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"${next[*]}\" -- \"$word\")\n"
           "    if [[ -n $files && $word != -* ]]; then\n"
           "        compopt -o filenames 2>/dev/null\n"
           "        mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$word\")\n"
           "    fi\n"
           "}\n"
           "complete -F _claviger claviger\n";
}

std::string zshCompletion(const std::vector<Command>& commands) {
    const auto said = [](const Word& word) {
        return shellQuoted(word.text + (word.purpose.empty() ? "" : ":" + word.purpose));
    };
    return "#compdef claviger\n"
           "# Completes the words of `claviger` in zsh. Made by `claviger completion zsh`.\n"
           "_claviger() {\n"
           "    local word=${words[CURRENT]} verb='' taker='' files='' each\n"
           "    local -a next options\n"
           "    next=() options=()\n" +
           body(placesOf(commands), "${words[2,CURRENT-1]}", said) +
           "    if [[ $word != -* && ( ${#next} -gt 0 || -n $files ) ]]; then\n"
           "        (( ${#next} == 0 )) || _describe 'word' next\n"
           "        [[ -z $files ]] || _files\n"
           "    else\n"
           "        (( ${#options} == 0 )) || _describe -o 'option' options\n"
           "    fi\n"
           "}\n"
           "if [[ ${funcstack[1]} == _claviger ]]; then _claviger \"$@\"; else compdef _claviger claviger; fi\n";
}

std::string fishCompletion(const std::vector<Command>& commands) {
    const auto places = placesOf(commands);
    std::string text =
        "# Completes the words of `claviger` in fish. Made by `claviger completion fish`.\n"
        "function __claviger_is -a wanted -d 'Whether the words so far lead to this verb'\n"
        "    set -l verb ''\n"
        "    set -l taker ''\n"
        "    for each in (commandline -opc)[2..-1]\n"
        "        if test -n \"$taker\"\n"
        "            set taker ''\n"
        "            continue\n"
        "        end\n"
        "        switch \"$verb $each\"\n"
        "            case " +
        takersOf(places, " ") + "\n                set taker $each\n            case " + stepsOf(places, " ") +
        "\n                set verb (string trim \"$verb $each\")\n"
        "        end\n"
        "    end\n"
        "    test \"$verb\" = \"$wanted\"\n"
        "end\n"
        "complete -c claviger -f\n";
    for (const auto& place : places) {
        const auto line = "complete -c claviger -n " + shellQuoted("__claviger_is \"" + place.words + "\"");
        for (const auto& [word, purpose] : place.next) text += line + " -a " + word + " -d " + shellQuoted(purpose) + "\n";
        if (place.file) text += line + " -F\n";
        for (const auto& [option, purpose] : place.options) {
            text += line + (option.starts_with("--") ? " -l " + option.substr(2) : " -s " + option.substr(1));
            for (const auto& taker : place.takers)
                if (std::find(taker.names.begin(), taker.names.end(), option) != taker.names.end())
                    text +=
                        std::string(" -r") + (taker.file ? " -F" : " -f") +
                        (taker.choices.empty()
                             ? ""
                             : " -a " + shellQuoted(joined(taker.choices, " ", [](const auto& choice) { return choice; })));
            text += " -d " + shellQuoted(purpose) + "\n";
        }
    }
    return text;
}

}  // namespace claviger::cli
