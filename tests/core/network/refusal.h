// What the tests of readers ask for again and again.
#pragma once

#include <QString>

#include "common/error.h"

namespace testing {

// Why it is refused; empty where it is not.
template <typename Action>
QString refusal(Action&& action) {
    try {
        action();
    } catch (const clipscope::Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace testing
