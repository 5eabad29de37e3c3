#pragma once

#include <fcgiapp.h>

#include <memory>
#include <string>

#include "fcgi/http/answer.h"
#include "fcgi/server/fd.h"
#include "fcgi/server/read_limit.h"

namespace claviger::fcgi {

// Initializes libfcgi, and restores the signal handlers that it replaces. Call it once per process, before any
// Connection. Throws std::runtime_error.
void initializeRecordParser();

// One connection of nginx, with libfcgi as the parser of its records. It owns the socket. One thread uses it at a time.
// hasUnread(), nudge() and shutReading() may be called from another thread while no thread uses it.
class Connection {
public:
    explicit Connection(Fd);  // a connected stream socket, blocking
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_.get(); }

    enum class Look {
        kRequest,  // the whole head of a request has arrived; call serve()
        kPartial,  // a part of a head
        kNothing,  // no byte
        kEnd,      // the peer has closed, or has sent bytes that are no request
    };

    // Inspects the bytes that have arrived, without reading them; never waits. Logs `connection_refused` for foreign
    // bytes.
    Look look() const;

    enum class Outcome { kKept, kEnded, kWaits, kDeferred };

    // To be called once look() has returned kRequest. Reads one request to the end of its body, calls the application,
    // and sends the response.
    //
    //   kKept      the response is sent; the connection takes another request
    //   kEnded     the connection must be closed: the peer wants it, the body was given up (see readBody), bytes came
    //              after the body, or the response could not be sent
    //   kWaits     the response is not to be sent before due(); then call answer()
    //   kDeferred  there is no response yet; once isReady(), call finish()
    //
    // Reads for as long as `limit` allows, and waits at most 5 s for the peer to take each part of the response. An
    // exception of the application is logged (`application_threw`) and becomes a 500, std::bad_alloc a 503.
    Outcome serve(const Application&, ReadLimit& limit);

    bool waits() const { return waits_; }  // a response is ready and not sent
    Response::Moment due() const { return due_; }
    Outcome answer();  // sends the response that waits; kKept or kEnded

    bool isDeferred() const { return deferred_ != nullptr; }
    bool isReady() const { return deferred_->isReady(); }  // only while isDeferred()
    Outcome finish();  // kKept, kEnded or kWaits; takes as long as the application's work does

    // Whether the peer has closed its end; never waits. False if unread bytes are there, which nginx never sends at
    // this point.
    bool hasBeenLeft() const;

    // Whether bytes have arrived that no thread has read yet; never waits.
    bool hasUnread() const;

    // Sends an empty STDERR record, so that the peer closes the connection once it no longer needs it; never waits.
    // nginx closes an idle connection on which bytes arrive, and skips the record if a request is on its way.
    void nudge() const;

    // Shuts the socket down for reading. Bytes that have arrived can still be read; the peer can send no more.
    void shutReading() const;

private:
    Outcome take(Response);

    Fd fd_;
    FCGX_Request parser_;
    bool waits_ = false;
    bool keep_ = false;
    bool headOnly_ = false;   // HEAD
    int requestId_ = 0;       // of the record
    std::string deferredId_;  // Request::requestId of the deferred answer
    std::string head_, body_;
    Response::Moment due_;
    std::unique_ptr<DeferredAnswer> deferred_;
};

}  // namespace claviger::fcgi
