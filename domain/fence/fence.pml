/* The protocol of README.md as it is built, for Spin: one host that remembers, one key, one shard, one change that kills
   the key. Hosts meet only in the database, so it is enough to watch one of them: the host of the change (OWN), or
   another. A change by the tool, which maps no segment, is for every host a change by another.

   Promised:
     1. a verify that starts after the change was answered never says yes;
     2. nor does one that starts a lease's length after the commit, whatever was answered;
     3. where the worker does not hear of a commit that was made: as 1, on its own host.

   Time passes at any moment, so each step may be arbitrarily late: a stopped process, a slow network. One access to the
   database is one step: it is a statement that commits by itself, or one COMMIT. Nothing is counted and no clock is
   kept, only ages as far as they matter; so pollers, verifies and time go on for ever, and all of it is still finite.

   Check:   spin -a -DOWN=false fence.pml && gcc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -E -m1000000
   `./claviger test --long` does so with OWN true and false, with and without RESTART and TAKEOVER, and plants each of these faults by
   -DNAME where it shows: all must be caught.

   NO_WAIT              other  answers without waiting for the hosts in `nodes`
   NODES_BEFORE_COMMIT  other  reads `nodes` before the commit
   ALONE_BEFORE_COMMIT  other  looks before the commit whether its host is alone
   ALONE_FROM_END       other  for how long a host is alone counts from after the look at `nodes`
   NO_ANNOUNCEMENT      other  the poller reads its first epochs as soon as its row is committed
   TRUSTS_NO_ANSWER     other, restart  where the question for other hosts fails, assumes that there is none
   NO_BUMP             own    does not bump the segment of its host after the commit
   NO_BUMP_IN_DOUBT    own    nor where it did not hear whether the commit was made
   TICKET_AFTER_READ    own    verify reads the counters after it has asked the database
   TICKET_BEFORE_LEASE  other  verify compares the counters before it loads the lease
   LONG_TRANSACTION     own    verify asks within a transaction that was begun before
   LEASE_FROM_END       other  the lease counts from after the question for the epochs
   LEASE_BEFORE_BUMP   other  the lease is set before the counters are bumped
   NO_BUMP_AT_START    other  the poller does not bump everything when it begins
   BUMPS_FIRST         other  it bumps everything before it reads its first epochs
   ROW_LAST             other  its row is committed after it has granted a lease
   KEEPS_BASELINE       other, restart  on a new connection it goes on with the epochs of the last one
   NO_RENEWAL           other  it never renews its row
   ROW_FIRST            other  the poller that leaves deletes its row before it lowers the fence
   DELETES_ANY_ROW      other  its DELETE, where that is late, takes the row of the poller after it
   TAKES_ANY_LEASE      other, takeover  a successor does not wait for a reading that began after its own
   TAKES_FROM_ASK       other, takeover  it waits for one that began after its own had begun, not after it had ended
   ROW_LOST_AT_ONCE     other, restart  a server is back within a lease and has lost the row: a limit (README.md)

   By hand, since it takes a quarter of an hour (-DOWN=false -DRESTART -DTAKEOVER): TAKES_ANY_POLLER, where a successor
   does not notice that its predecessor has begun anew meanwhile. It is caught after 103,057,840 states. */

#define LEASE  2   /* ticks for which a reading of the epochs is trusted; a change waits as long */
#define LASTS  3   /* the poller renews its row after so long, and begins anew where that was longer ago (1 s, 10 s) */
#define DIES   5   /* older rows are deleted (60 s) */

/* the database */
bool down = false;
byte away = 0;             /* for so long */
bool server = false;       /* another one after a restart, which ends the connections of before */
bool alive = true;         /* the row of the key */
byte epoch = 1;            /* of its shard */
bool row = false;          /* of the segment in `nodes` */
byte rowAge = 0;           /* since its renewed_at */
bool deleting = false;     /* the DELETE of a poller that has gone is still under way */
bool deletesRow = false;   /* it would find the row: since it was sent, no other poller has written it */

/* the segment */
byte fresh = 0;            /* the lease: ticks that are left */

/* Stamps: whether each has the segment's counter. More does not count, so there is no counter. */
#define REMEMBERED 0       /* of the one verdict that the host remembers */
#define IN_HAND 1          /* of the verify that is asking */
bool current[2];
bool known = false;        /* something is remembered, and it says yes */

#define bump d_step { current[REMEMBERED] = false; current[IN_HAND] = false }

/* a successor of the poller: what it has seen, and how far it has come */
byte heirSeen = 0;
mtype = { absent, hasRead, isCovered, mayClaim };
mtype heir = absent;
bool asks = false;         /* its first reading is under way */
bool claimed = false;      /* the poller has a token, and its lock at the server of its connection */
bool served;               /* that server */

/* the poller's moments, as ages */
byte asked = 0, begun = 0, renewal = 0, registered = LEASE;

/* the change */
bool answered = false, committed = false;
byte commitAge = 0;
byte alone = 0;            /* on the segment of its host, where that is another: ticks for which it is alone */

#define older(age, most) if :: age < most -> age++ :: else fi

active proctype time() {
  do
  :: d_step {
       if :: row -> older(rowAge, DIES + 1) :: else rowAge = 0 fi; older(asked, LEASE); older(begun, LASTS + 1); older(renewal, LASTS + 1);
       if :: down -> older(away, LEASE) :: else fi;
       if :: committed -> older(commitAge, LEASE) :: else fi;
       older(registered, LEASE);
       if :: alone > 0 -> alone-- :: else fi;
       if :: fresh > 0 -> fresh-- :: else fi
     }
  od
}

/* --- pollers, one after another (persistence/fence/epoch_poller.cpp) --- */

/* A connection may be lost before any statement. A poller that is killed looks the same. */
#define ask(statement) atomic { \
    if \
    :: !down && served == server -> statement \
    :: goto connect \
    fi }

active proctype poller() {
  byte seen = 1, read;
  bool again;

connect:
  claimed = false;
  atomic { !down; served = server; again = false; read = 0; asked = LEASE; begun = 0; renewal = 0; registered = LEASE }
begin:
#ifndef TAKES_ANY_POLLER
  atomic { heir = absent; heirSeen = 0; asks = false; claimed = true };  /* another token */
#endif
  atomic { claimed = true; fresh = 0; renewal = 0; begun = 0 };
#ifndef ROW_LAST
  ask(row = true; rowAge = 0; deletesRow = false; registered = 0);
#ifndef NO_ANNOUNCEMENT
  registered == LEASE;  /* by now no host takes itself for alone */
#endif
#endif
#ifdef BUMPS_FIRST
  bump;
#endif
#ifndef KEEPS_BASELINE
  ask(seen = epoch);
#ifndef BUMPS_FIRST
#ifndef NO_BUMP_AT_START
  bump;
#endif
#endif
#endif
  if :: again -> again = false; goto read_epochs :: else fi;

poll:
  if
  :: d_step { asked = 0; if :: heir == hasRead -> heir = isCovered :: else fi }
  :: goto leave
#ifdef TAKEOVER
  /* A successor claims the segment and renews the row, and is the poller from here on. Without the row it begins anew. */
  :: atomic { heir == mayClaim && !asks -> begun = 0 };
     ask(if :: row -> rowAge = 0; deletesRow = false :: else -> again = true fi);
     if
     :: again -> goto begin
     :: else -> d_step { seen = heirSeen; heir = absent; heirSeen = 0; renewal = begun; begun = 0 }
     fi;
     goto poll
#endif
  fi;
#ifndef NO_RENEWAL
  if
  :: atomic { renewal > LASTS -> again = true }; goto begin
  :: atomic { renewal == LASTS -> begun = 0 };
     ask(if :: row -> rowAge = 0; deletesRow = false :: else -> again = true fi);
     if
     :: again -> goto begin
     :: else -> d_step { renewal = begun; begun = 0 }
     fi
  :: renewal < LASTS
  fi;
#endif
read_epochs:
  ask(read = epoch);
#ifdef LEASE_FROM_END
  asked = 0;
#endif
#ifdef LEASE_BEFORE_BUMP
  fresh = LEASE - asked;
#endif
  if :: read != seen -> bump :: else fi;
#ifndef LEASE_BEFORE_BUMP
  d_step { fresh = LEASE - asked; seen = read; read = 0; asked = LEASE };
#else
  d_step { seen = read; read = 0; asked = LEASE };
#endif
#ifdef TAKES_ANY_LEASE
  d_step { if :: heir == hasRead || heir == isCovered -> heir = mayClaim :: else fi };
#else
  d_step { if :: heir == isCovered -> heir = mayClaim :: else fi };
#endif
#ifdef ROW_LAST
  ask(row = true; rowAge = 0; deletesRow = false);
#endif
  goto poll;

/* A reload: fence down, row deleted, then the next poller. The DELETE may reach the server late, or not at all. */
leave:
  claimed = false;
#ifndef ROW_FIRST
  fresh = 0;
#endif
  if
  :: atomic { !down && served == server -> row = false; deletesRow = false }
#ifndef RESTART
  :: atomic { !deleting -> deleting = true; deletesRow = row }
#endif
  :: true
  fi;
#ifdef ROW_FIRST
  fresh = 0;
#endif
  goto connect
}

#ifdef TAKEOVER
/* The first reading of a successor. It finds the poller's lock, so both connections are of one server. */
active proctype successor() {
#ifdef TAKES_FROM_ASK
  do
  :: atomic { heir == absent && claimed && !down && served == server -> heir = hasRead; asks = true }
  :: atomic { asks && !down && served == server -> heirSeen = epoch; asks = false }
  od
#else
  do :: atomic { heir == absent && claimed && !down && served == server -> heir = hasRead; heirSeen = epoch } od
#endif
}
#endif

#ifndef RESTART
active proctype lateDelete() {
  do
  :: atomic {
       deleting && !down -> deleting = false;
#ifdef DELETES_ANY_ROW
       deletesRow = true;
#endif
       if :: deletesRow -> row = false :: else fi;
       deletesRow = false
     }
  od
}
#endif

/* --- verify (domain/fence/fenced_cache.h, domain/keys/key_verifier.cpp) --- */

/* One that asks the database, again and again, whenever it likes. What it finds remembered changes nothing. */
active proctype early() {
  bool yes;
  do
  ::
#ifdef TICKET_AFTER_READ
     atomic { !down; yes = alive };
     current[IN_HAND] = true;
#else
     current[IN_HAND] = true;
     atomic { !down; yes = alive };
#endif
     d_step {
       if :: yes -> known = true; current[REMEMBERED] = current[IN_HAND] :: else fi;
       yes = false; current[IN_HAND] = false
     }
  od
}

/* One that starts when the key must count as dead. Without a remembered yes it asks, and the row is dead. */
active proctype late() {
  bool hit;
#ifdef LONG_TRANSACTION
  bool snapshot = alive;
#endif
  (answered || (committed && commitAge == LEASE));
#ifdef TICKET_BEFORE_LEASE
  hit = known && current[REMEMBERED];
  hit = hit && fresh > 0;
#else
  hit = fresh > 0;
  hit = hit && known && current[REMEMBERED];
#endif
  assert(!hit);
#ifdef LONG_TRANSACTION
  assert(!snapshot)
#else
  assert(!alive)
#endif
}

/* --- the change (persistence/connection/transactions.cpp) --- */

/* The poller on the host of the change. It may be late with what it has seen, which only shortens it. */
active proctype lookout() {
#ifdef ALONE_FROM_END
  bool none;
  do :: atomic { !OWN && !down -> none = !row }; if :: none -> alone = LEASE; none = false :: else fi od
#else
  do :: atomic { !OWN && !down && !row && alone < LEASE -> alone = LEASE } od
#endif
}

#define commit atomic { !down; alive = false; epoch++; committed = true; mine = server }
#define bumpOwn if :: OWN -> bump :: else fi

active proctype change() {
  bool others, mine;
#ifdef NODES_BEFORE_COMMIT
  others = row;
#endif
#ifdef ALONE_BEFORE_COMMIT
  others = (alone == 0);
#endif
  if
  :: commit;
#ifndef NODES_BEFORE_COMMIT
#ifndef ALONE_BEFORE_COMMIT
     atomic {
       if
       :: alone > 0 -> others = false
       :: !down && mine == server -> others = row
#ifdef TRUSTS_NO_ANSWER
       :: mine != server -> others = false
#else
       :: mine != server -> others = true
#endif
       fi
     };
#endif
#endif
#ifndef NO_BUMP
     bumpOwn;
#endif
#ifndef NO_WAIT
     if :: others && !OWN -> commitAge == LEASE :: else fi;  /* its own host needs no wait */
#endif
     answered = true
  :: commit;  /* the connection is lost before it hears of it: 503 */
#ifndef NO_BUMP_IN_DOUBT
     bumpOwn;
#endif
     answered = OWN
  :: bumpOwn; commit  /* it is made after the worker has given up */
  fi
}

/* --- what else happens to the database --- */

#ifndef RESTART
/* Another host's poller. */
active proctype forgetDead() { do :: atomic { row && rowAge > DIES -> row = false; deletesRow = false } od }

#else
/* Once. An epoch may be lost, and given again; the row only where the server is away for longer than a lease. */
active proctype restart() {
  down = true;
  if
  :: true
#ifdef ROW_LOST_AT_ONCE
  :: row = false
#else
  :: away == LEASE; row = false
#endif
  fi;
  atomic {
    if :: epoch-- :: true fi;
    server = true; down = false; away = 0
  }
}
#endif
