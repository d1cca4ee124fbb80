// What a Study holds, and small things that its files share. Only core/study includes this.
#pragma once

#include <memory>
#include <string>

#include "common/now_text.h"
#include "study/database.h"
#include "study/study.h"
#include "study/writer_lock.h"

namespace clipscope {

struct Study::Contents {
    std::string path;
    std::string read_only_reason;
    std::shared_ptr<WriterLock> lock;  // of all connections of this process that may write
    std::unique_ptr<Database> database;
};

}  // namespace clipscope
