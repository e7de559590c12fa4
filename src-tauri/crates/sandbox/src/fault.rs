//! The ways in which a simulated provider can go wrong, each with the name that scripts use.

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $strikes:ident; )*) => {
        /// Something that goes wrong on purpose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Fault {
            $( $(#[doc = $doc])+ #[serde(rename = $name)] $variant, )*
        }

        impl Fault {
            /// Every fault, in the order of this list.
            pub const ALL: &'static [Fault] = &[ $( Fault::$variant ),* ];

            /// Returns the name that `fault=` takes.
            pub const fn name(self) -> &'static str {
                match self { $( Fault::$variant => $name ),* }
            }

            /// Returns one sentence on what happens.
            pub const fn about(self) -> &'static str {
                match self { $( Fault::$variant => concat!($($doc),+).trim_ascii() ),* }
            }

            /// Returns when it happens.
            pub const fn strikes(self) -> Strikes {
                match self { $( Fault::$variant => Strikes::$strikes ),* }
            }
        }
    };
}

/// When a [`Fault`] happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strikes {
    /// The answer is an error status with a body.
    Status,
    /// No response headers come (in time).
    Headers,
    /// Headers come with 200; the answer's beginning does not.
    Start,
    /// Some of the answer comes first.
    Middle,
    /// The answer is whole but comes in a peculiar form.
    Form,
    /// The answer is well-formed and useless.
    Content,
}

faults! {
    #[doc = " 429 that says when to come back."]
    RateLimited = "429", Status;
    #[doc = " 429 without a hint."]
    RateLimitedNoHint = "429-no-hint", Status;
    #[doc = " 429 because the quota of the day is spent."]
    DailyQuota = "429-daily", Status;
    #[doc = " The account cannot pay."]
    Billing = "billing", Status;
    #[doc = " 400: the request is not acceptable."]
    Rejected = "400", Status;
    #[doc = " The key is wrong."]
    Unauthorized = "401", Status;
    #[doc = " 403: the key may not do this."]
    Forbidden = "403", Status;
    #[doc = " 404: no such model."]
    NoModel = "404", Status;
    #[doc = " 408: the provider gave up waiting."]
    RequestTimeout = "408", Status;
    #[doc = " 413: the request is too large."]
    TooLarge = "413", Status;
    #[doc = " 500: an internal error."]
    Internal = "500", Status;
    #[doc = " 502 with a proxy's HTML page."]
    BadGateway = "502", Status;
    #[doc = " 503: temporarily unavailable."]
    Unavailable = "503", Status;
    #[doc = " 504 with a proxy's HTML page."]
    GatewayTimeout = "504", Status;
    #[doc = " 529: overloaded."]
    Overloaded = "529", Status;
    #[doc = " The prompt does not fit the context window."]
    ContextTooLong = "context", Status;
    #[doc = " The prompt is refused by a content filter."]
    Filtered = "filter", Status;
    #[doc = " 200 with a captive portal's HTML page."]
    Html = "html", Status;
    #[doc = " 200 with text that is not JSON where the API should be."]
    NotJson = "not-json", Status;
    #[doc = " The connection is reset before response headers."]
    Reset = "reset", Headers;
    #[doc = " The connection is closed without a reply."]
    Hangup = "hangup", Headers;
    #[doc = " The request is accepted and never answered."]
    Silence = "silence", Headers;
    #[doc = " Response headers take `wait` ms."]
    SlowHeaders = "slow-headers", Headers;
    #[doc = " Headers at once, then nothing for `wait` ms."]
    SlowStart = "slow-start", Start;
    #[doc = " Headers, then only keep-alive comments for `wait` ms."]
    KeepAlive = "keep-alive", Start;
    #[doc = " Headers and a delta without content, then nothing for `wait` ms."]
    RoleOnly = "role-only", Start;
    #[doc = " The bytes dribble in, two every 50 ms."]
    Dribble = "dribble", Middle;
    #[doc = " The connection is closed in the middle of the answer."]
    Cut = "cut", Middle;
    #[doc = " The connection is reset in the middle of the answer."]
    ResetMiddle = "reset-middle", Middle;
    #[doc = " Nothing more comes in the middle of the answer."]
    Stall = "stall", Middle;
    #[doc = " A chunk in the middle is broken JSON."]
    Malformed = "malformed", Middle;
    #[doc = " The body ends properly in the middle of the answer, without an end mark."]
    NoEnd = "no-end", Middle;
    #[doc = " An error event comes in the middle of the answer."]
    ErrorEvent = "error-event", Middle;
    #[doc = " A content filter ends the answer in the middle."]
    FilteredMiddle = "filter-middle", Middle;
    #[doc = " One chunk of `size` KiB comes in the middle."]
    HugeChunk = "huge", Middle;
    #[doc = " The end mark (`[DONE]`, `message_stop`) is missing after a proper finish."]
    MissingDone = "missing-done", Form;
    #[doc = " Chunks are cut inside UTF-8 characters and in the middle of lines."]
    Utf8Cut = "utf8-cut", Form;
    #[doc = " Lines end in CR LF, the pair split between chunks."]
    Crlf = "crlf", Form;
    #[doc = " The whole answer comes at once as JSON although a stream was asked for."]
    NotStreamed = "not-streamed", Form;
    #[doc = " Finished properly without a word."]
    Empty = "empty", Content;
    #[doc = " The answer looks like JSON and does not parse."]
    InvalidJson = "invalid-json", Content;
    #[doc = " The answer is JSON that does not fit the schema."]
    WrongJson = "wrong-json", Content;
}

impl Fault {
    /// Returns the fault of that name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }
}
